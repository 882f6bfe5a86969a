// What is read out of JavaScript and TypeScript.

const shared = `
(class_declaration name: (_) @name) @class
(function_declaration name: (identifier) @name) @function
(generator_function_declaration name: (identifier) @name) @function
(method_definition name: [(property_identifier) (private_property_identifier)] @name) @method
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) @function
(variable_declarator name: (identifier) @name value: (class)) @class
(program (lexical_declaration (variable_declarator name: (identifier) @name value: (_) @value) @constant))
(program (variable_declaration (variable_declarator name: (identifier) @name value: (_) @value) @variable))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name value: (_) @value) @constant)))
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)]) @method
(program (expression_statement (assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function) (function_expression)]) @function))
(call_expression function: (identifier) @ref)
(call_expression function: (member_expression property: (property_identifier) @ref))
(new_expression constructor: (identifier) @ref)
(new_expression constructor: (member_expression property: (property_identifier) @ref))
(import_statement) @import
(export_statement source: (string)) @import
(call_expression function: (identifier) @loader arguments: (arguments . (string)) (#eq? @loader "require")) @import
(call_expression function: (import) arguments: (arguments . (string))) @import
`;

const jsx = `
(jsx_opening_element name: (identifier) @ref)
(jsx_self_closing_element name: (identifier) @ref)
`;

const types = `
(abstract_class_declaration name: (_) @name) @class
(abstract_method_signature name: (property_identifier) @name) @method
(function_signature name: (identifier) @name) @function
(public_field_definition name: (property_identifier) @name value: (arrow_function)) @method
(interface_declaration name: (_) @name) @interface
(type_alias_declaration name: (_) @name) @type
(enum_declaration name: (_) @name) @enum
(internal_module name: (_) @name) @module
(module name: (_) @name) @module
(method_signature name: (property_identifier) @name) @method
(type_annotation (type_identifier) @ref)
(type_annotation (generic_type name: (type_identifier) @ref))
(type_arguments (type_identifier) @ref)
(array_type (type_identifier) @ref)
(union_type (type_identifier) @ref)
(extends_clause value: (identifier) @ref)
(extends_type_clause type: (type_identifier) @ref)
(implements_clause (type_identifier) @ref)
`;

export const javascriptQuery = `${shared}${jsx}
(field_definition property: (property_identifier) @name value: (arrow_function)) @method
(class_heritage (identifier) @ref)
`;
export const typescriptQuery = shared + types;
export const tsxQuery = shared + types + jsx;
