// Everything that reading files tells about a project, each fact with the file and line it was read from.
import type { CheckKind } from '@monkey-coder/protocol';
import type { Evidence, ProjectFacts } from './project-facts.ts';

/** One language by its share of the project's source files. */
export interface LanguageShare {
  readonly name: string;
  readonly files: number;
  /** 0..1 of all source files. */
  readonly share: number;
}

/** Where a dependency's name comes from. */
export type Ecosystem =
  | 'npm'
  | 'python'
  | 'cargo'
  | 'go'
  | 'maven'
  | 'gradle'
  | 'composer'
  | 'bundler'
  | 'nuget'
  | 'swift';

/** What a dependency is for. */
export type DependencyRole = 'runtime' | 'development' | 'build' | 'peer' | 'optional';

/** A dependency as a manifest declares it. */
export interface Dependency {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly role: DependencyRole;
  /** The version or range as written; null where none is. */
  readonly declared: string | null;
  /** The version a lock file fixes; null where there is no lock file or it does not say. */
  readonly locked: string | null;
  /** Folder of the manifest, relative to the root. */
  readonly folder: string;
  readonly evidence: Evidence;
  readonly lockEvidence?: Evidence;
}

/** A named command of a manifest. */
export interface ProjectScript {
  readonly name: string;
  readonly command: string;
  readonly folder: string;
  readonly evidence: Evidence;
}

/** A member of a monorepo. */
export interface ProjectMember {
  readonly path: string;
  /** Null where its manifest names none. */
  readonly name: string | null;
  readonly evidence: Evidence;
}

/** A command that may be run on purpose: a check, or the formatter. */
export interface ProjectCommand {
  readonly kind: CheckKind;
  readonly command: string;
  readonly cwd: string;
  readonly evidence: Evidence;
}

/** How the project writes its code, counted from its files. */
export interface CodingPattern {
  readonly language: string;
  readonly aspect: 'indentation' | 'quotes' | 'semicolons' | 'file names' | 'function names' | 'imports' | 'tests';
  /** Such as `2 spaces`, `single`, `kebab-case`, `beside the code`. */
  readonly value: string;
  /** 0..1 of what was counted. */
  readonly share: number;
  /** How many lines, files or names were counted. */
  readonly counted: number;
  /** One place that shows it. */
  readonly evidence: Evidence;
}

/** A configuration file and the tool it belongs to. */
export interface Configuration {
  readonly tool: string;
  readonly evidence: Evidence;
}

/** What could be found out by reading files alone. What is not known is an empty list or null, never a guess. */
export interface ProjectProfile {
  readonly facts: ProjectFacts;
  /** `application`, `library`, `monorepo`, or null where nothing says. */
  readonly type: { readonly name: string; readonly evidence: Evidence } | null;
  readonly languages: readonly LanguageShare[];
  readonly dependencies: readonly Dependency[];
  readonly scripts: readonly ProjectScript[];
  readonly members: readonly ProjectMember[];
  readonly commands: readonly ProjectCommand[];
  readonly configuration: readonly Configuration[];
  readonly patterns: readonly CodingPattern[];
  /** Files that were looked at for languages and patterns; `truncated` when there are more. */
  readonly files: { readonly count: number; readonly truncated: boolean };
}
