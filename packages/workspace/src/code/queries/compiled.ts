// What is read out of Go, Rust, Java, Kotlin, Scala and C#.

export const goQuery = `
(function_declaration name: (identifier) @name) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @owner
    (pointer_type (type_identifier) @owner)
    (generic_type type: (type_identifier) @owner)
    (pointer_type (generic_type type: (type_identifier) @owner))]))
  name: (field_identifier) @name) @method
(type_spec name: (type_identifier) @name type: (struct_type)) @class
(type_spec name: (type_identifier) @name type: (interface_type)) @interface
(type_spec name: (type_identifier) @name type: [(type_identifier) (function_type) (map_type) (slice_type) (array_type)
  (pointer_type) (channel_type) (qualified_type) (generic_type)]) @type
(type_alias name: (type_identifier) @name) @type
(source_file (const_declaration (const_spec name: (identifier) @name) @constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @variable))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @variable)))
(method_elem name: (field_identifier) @name) @method
(call_expression function: (identifier) @ref)
(call_expression function: (selector_expression field: (field_identifier) @ref))
(type_identifier) @ref
(import_spec) @import
`;

export const rustQuery = `
(function_item name: (identifier) @name) @function
(function_signature_item name: (identifier) @name) @function
(struct_item name: (type_identifier) @name) @class
(union_item name: (type_identifier) @name) @class
(enum_item name: (type_identifier) @name) @enum
(trait_item name: (type_identifier) @name) @interface
(type_item name: (type_identifier) @name) @type
(mod_item name: (identifier) @name) @module
(const_item name: (identifier) @name) @constant
(static_item name: (identifier) @name) @variable
(macro_definition name: (identifier) @name) @macro
(impl_item type: [(type_identifier) @name (generic_type type: (type_identifier) @name) (scoped_type_identifier name: (type_identifier) @name)]) @scope
(call_expression function: (identifier) @ref)
(call_expression function: (scoped_identifier name: (identifier) @ref))
(call_expression function: (field_expression field: (field_identifier) @ref))
(call_expression function: (generic_function function: (identifier) @ref))
(call_expression function: (generic_function function: (scoped_identifier name: (identifier) @ref)))
(macro_invocation macro: (identifier) @ref)
(type_identifier) @ref
(use_declaration) @import
(extern_crate_declaration) @import
(mod_item !body) @import
`;

export const javaQuery = `
(class_declaration name: (identifier) @name) @class
(record_declaration name: (identifier) @name) @class
(interface_declaration name: (identifier) @name) @interface
(annotation_type_declaration name: (identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(method_declaration name: (identifier) @name) @method
(constructor_declaration name: (identifier) @name) @method
(field_declaration (modifiers "static" "final") declarator: (variable_declarator name: (identifier) @name)) @constant
(method_invocation name: (identifier) @ref)
(method_reference (identifier) @ref .)
(annotation name: (identifier) @ref)
(marker_annotation name: (identifier) @ref)
(type_identifier) @ref
(import_declaration) @import
`;

export const kotlinQuery = `
(class_declaration name: (identifier) @name) @class
(object_declaration name: (identifier) @name) @class
(function_declaration name: (identifier) @name) @function
(type_alias type: (identifier) @name) @type
(source_file (property_declaration (variable_declaration (identifier) @name)) @constant)
(call_expression . (identifier) @ref)
(call_expression . (navigation_expression (identifier) @ref .))
(user_type (identifier) @ref .)
(import) @import
`;

export const scalaQuery = `
(class_definition name: (identifier) @name) @class
(object_definition name: (identifier) @name) @class
(trait_definition name: (identifier) @name) @interface
(enum_definition name: (identifier) @name) @enum
(function_definition name: (identifier) @name) @function
(function_declaration name: (identifier) @name) @function
(type_definition name: (type_identifier) @name) @type
(template_body (val_definition pattern: (identifier) @name) @constant)
(compilation_unit (val_definition pattern: (identifier) @name) @constant)
(call_expression function: (identifier) @ref)
(call_expression function: (field_expression field: (identifier) @ref))
(call_expression function: (generic_function function: (identifier) @ref))
(infix_expression operator: (identifier) @ref)
(instance_expression (type_identifier) @ref)
(type_identifier) @ref
(import_declaration) @import
`;

export const csharpQuery = `
(class_declaration name: (identifier) @name) @class
(struct_declaration name: (identifier) @name) @class
(record_declaration name: (identifier) @name) @class
(interface_declaration name: (identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(delegate_declaration name: (identifier) @name) @type
(namespace_declaration name: (_) @name) @module
(method_declaration name: (identifier) @name) @method
(constructor_declaration name: (identifier) @name) @method
(local_function_statement name: (identifier) @name) @function
(property_declaration name: (identifier) @name) @variable
(invocation_expression function: (identifier) @ref)
(invocation_expression function: (member_access_expression name: (identifier) @ref))
(invocation_expression function: (generic_name (identifier) @ref))
(invocation_expression function: (member_access_expression name: (generic_name (identifier) @ref)))
(object_creation_expression type: [(identifier) @ref (generic_name (identifier) @ref)])
(base_list [(identifier) @ref (generic_name (identifier) @ref)])
(parameter type: [(identifier) @ref (generic_name (identifier) @ref)])
(variable_declaration type: [(identifier) @ref (generic_name (identifier) @ref)])
(property_declaration type: [(identifier) @ref (generic_name (identifier) @ref)])
(method_declaration returns: [(identifier) @ref (generic_name (identifier) @ref)])
(attribute name: (identifier) @ref)
(using_directive) @import
`;
