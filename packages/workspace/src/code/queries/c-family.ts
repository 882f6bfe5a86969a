// What is read out of C and C++.

const shared = `
(preproc_def name: (identifier) @name) @macro
(preproc_function_def name: (identifier) @name) @macro
(function_definition declarator: (function_declarator declarator: (identifier) @name)) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))) @function
(function_definition declarator: (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name)))) @function
(struct_specifier name: (type_identifier) @name body: (_)) @class
(union_specifier name: (type_identifier) @name body: (_)) @class
(enum_specifier name: (type_identifier) @name body: (_)) @enum
(type_definition declarator: (type_identifier) @name) @type
(type_definition declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))) @type
(translation_unit (declaration declarator: (init_declarator declarator: (identifier) @name)) @variable)
(call_expression function: (identifier) @ref)
(call_expression function: (field_expression field: (field_identifier) @ref))
(type_identifier) @ref
(preproc_include) @import
`;

export const cQuery = shared;

export const cppQuery = `${shared}
(class_specifier name: (type_identifier) @name body: (_)) @class
(namespace_definition name: (namespace_identifier) @name) @module
(concept_definition name: (identifier) @name) @interface
(alias_declaration name: (type_identifier) @name) @type
(function_definition declarator: (function_declarator declarator: [(field_identifier) (destructor_name) (operator_name)] @name)) @method
(function_definition declarator: (reference_declarator (function_declarator declarator: [(identifier) (field_identifier) (operator_name)] @name))) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name))) @method
(function_definition declarator: (function_declarator declarator: (qualified_identifier
  scope: [(namespace_identifier) @owner (template_type name: (type_identifier) @owner)]
  name: [(identifier) (destructor_name) (operator_name)] @name))) @method
(function_definition declarator: (_ (function_declarator declarator: (qualified_identifier
  scope: (namespace_identifier) @owner name: (identifier) @name)))) @method
(field_declaration declarator: (function_declarator declarator: (field_identifier) @name)) @method
(call_expression function: (qualified_identifier name: (identifier) @ref))
(call_expression function: (template_function name: (identifier) @ref))
(using_declaration) @import
`;
