// What is read out of Python, Ruby, PHP, Lua, Bash, PowerShell and CSS.

export const pythonQuery = `
(class_definition name: (identifier) @name) @class
(function_definition name: (identifier) @name) @function
(module (expression_statement (assignment left: (identifier) @name) @variable))
(module (type_alias_statement left: (type (identifier) @name)) @type)
(call function: (identifier) @ref)
(call function: (attribute attribute: (identifier) @ref))
(decorator [(identifier) @ref (attribute attribute: (identifier) @ref)])
(class_definition superclasses: (argument_list [(identifier) @ref (attribute attribute: (identifier) @ref)]))
(type [(identifier) @ref (attribute attribute: (identifier) @ref) (generic_type (identifier) @ref) (subscript value: (identifier) @ref)])
(import_statement) @import
(import_from_statement) @import
`;

export const rubyQuery = `
(class name: [(constant) @name (scope_resolution name: (constant) @name)]) @class
(module name: [(constant) @name (scope_resolution name: (constant) @name)]) @module
(method name: (_) @name) @function
(singleton_method name: (_) @name) @function
(assignment left: (constant) @name) @constant
(call method: [(identifier) (constant)] @ref)
(superclass (constant) @ref)
(superclass (scope_resolution name: (constant) @ref))
(call receiver: (constant) @ref)
(call !receiver method: (identifier) @loader arguments: (argument_list . (string))
  (#any-of? @loader "require" "require_relative" "load")) @import
`;

export const phpQuery = `
(class_declaration name: (name) @name) @class
(interface_declaration name: (name) @name) @interface
(trait_declaration name: (name) @name) @class
(enum_declaration name: (name) @name) @enum
(function_definition name: (name) @name) @function
(method_declaration name: (name) @name) @method
(const_declaration (const_element (name) @name)) @constant
(function_call_expression function: [(name) @ref (qualified_name (name) @ref)])
(member_call_expression name: (name) @ref)
(nullsafe_member_call_expression name: (name) @ref)
(scoped_call_expression name: (name) @ref)
(scoped_call_expression scope: (name) @ref)
(class_constant_access_expression . (name) @ref)
(object_creation_expression [(name) @ref (qualified_name (name) @ref)])
(base_clause (name) @ref)
(class_interface_clause (name) @ref)
(named_type [(name) @ref (qualified_name (name) @ref)])
(attribute (name) @ref)
(namespace_use_declaration) @import
(require_expression (string)) @import
(require_once_expression (string)) @import
(include_expression (string)) @import
(include_once_expression (string)) @import
`;

export const luaQuery = `
(function_declaration name: (identifier) @name) @function
(function_declaration name: (dot_index_expression table: (identifier) @owner field: (identifier) @name)) @function
(function_declaration name: (method_index_expression table: (identifier) @owner method: (identifier) @name)) @method
(assignment_statement (variable_list name: (identifier) @name) (expression_list value: (function_definition))) @function
(assignment_statement (variable_list name: (dot_index_expression table: (identifier) @owner field: (identifier) @name))
  (expression_list value: (function_definition))) @function
(chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @name)) @variable))
(field name: (identifier) @name value: (function_definition)) @function
(function_call name: (identifier) @ref)
(function_call name: (dot_index_expression field: (identifier) @ref))
(function_call name: (method_index_expression method: (identifier) @ref))
(function_call name: (identifier) @loader arguments: (arguments . (string)) (#any-of? @loader "require" "dofile")) @import
`;

export const bashQuery = `
(function_definition name: (word) @name) @function
(program (variable_assignment name: (variable_name) @name) @variable)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @variable)
(command name: (command_name (word) @ref))
(command name: (command_name (word) @loader) . argument: (_) (#any-of? @loader "source" ".")) @import
`;

export const powershellQuery = `
(function_statement (function_name) @name) @function
(class_statement . (simple_name) @name) @class
(enum_statement . (simple_name) @name) @enum
(class_method_definition (simple_name) @name) @method
(command command_name: (command_name) @ref)
(member_name (simple_name) @ref)
(command command_name: (command_name) @loader (#any-of? @loader "Import-Module" "using")) @import
(command (command_invokation_operator) @loader (#eq? @loader ".")) @import
`;

export const cssQuery = `
(rule_set (selectors (class_selector (class_name) @name))) @selector
(rule_set (selectors (id_selector (id_name) @name))) @selector
(rule_set (selectors (descendant_selector (class_selector (class_name) @name)))) @selector
(keyframes_statement (keyframes_name) @name) @function
(declaration (property_name) @name (#match? @name "^--")) @variable
(call_expression (function_name) @ref)
(import_statement) @import
`;
