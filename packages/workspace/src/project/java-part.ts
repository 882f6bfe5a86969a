// Recognises Maven and Gradle projects, in Java and Kotlin.
import { expandMembers, type Folder, frameworksOf, mention, type ProjectPart } from './part.ts';
import type { ProjectCheck } from './project-facts.ts';
import { evidenceAt, inFolder, lineOf } from './project-reader.ts';

/** What Maven or Gradle has to say about a folder. */
export async function javaPart(folder: Folder): Promise<ProjectPart | null> {
  const gradle = folder.firstOf('build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts');
  if (folder.has('pom.xml')) return mavenPart(folder);
  return gradle ? gradlePart(folder, gradle) : null;
}

function jvmLanguages(folder: Folder, script: string): string[] {
  const source = folder.reader.list(inFolder(folder.path, 'src/main')).map((entry) => entry.name);
  const hasKotlin = source.includes('kotlin') || /kotlin\(["']|org\.jetbrains\.kotlin|kotlin-maven-plugin/.test(script);
  return hasKotlin ? (source.includes('java') ? ['Kotlin', 'Java'] : ['Kotlin']) : ['Java'];
}

function mavenPart(folder: Folder): ProjectPart {
  const text = (folder.read('pom.xml') ?? '').replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '));
  const wrapper = wrapperOf(folder, 'mvnw', 'mvnw.cmd');
  const maven = wrapper?.command ?? 'mvn';
  const own = text.replace(/<(parent|dependencies|build|dependencyManagement|profiles)>[\s\S]*?<\/\1>/g, '');
  const evidence = folder.evidence('pom.xml', '<project');
  const modules = [...text.matchAll(/<module>\s*([^<\s]+)\s*<\/module>/g)].map((match) => match[1] ?? '');
  const checks = [
    folder.check('tests', `${maven} -B test`, evidence),
    folder.check('build', `${maven} -B package -DskipTests`, evidence),
  ];
  const lint = lineOf(text, /maven-checkstyle-plugin/);
  if (lint !== undefined)
    checks.push(
      folder.check('lint', `${maven} -B checkstyle:check`, evidenceAt(inFolder(folder.path, 'pom.xml'), lint)),
    );
  return {
    label: 'Maven project',
    name: /<artifactId>\s*([^<\s]+)\s*<\/artifactId>/.exec(own)?.[1] ?? null,
    languages: jvmLanguages(folder, text),
    packageManagers: [{ name: 'maven', evidence: wrapper ? folder.evidence(wrapper.file) : evidence }],
    frameworks: frameworksOf(javaFrameworks, mention(folder, 'pom.xml')),
    checks,
    members: expandMembers(folder, modules, /^pom\.xml$/),
  };
}

function gradlePart(folder: Folder, file: string): ProjectPart {
  const settings = folder.firstOf('settings.gradle', 'settings.gradle.kts');
  const build = folder.firstOf('build.gradle', 'build.gradle.kts') ?? file;
  const text = `${folder.read(build) ?? ''}\n${settings ? (folder.read(settings) ?? '') : ''}`;
  const wrapper = wrapperOf(folder, 'gradlew', 'gradlew.bat');
  const evidence = folder.evidence(build);
  return {
    label: 'Gradle project',
    name: /rootProject\.name\s*=\s*["']([^"']+)["']/.exec(text)?.[1] ?? null,
    languages: jvmLanguages(folder, text),
    packageManagers: [{ name: 'gradle', evidence: wrapper ? folder.evidence(wrapper.file) : evidence }],
    frameworks: frameworksOf(javaFrameworks, mention(folder, build)),
    checks: gradleChecks(folder, build, wrapper?.command ?? 'gradle'),
    members: expandMembers(folder, gradleMembers(text), /^build\.gradle(?:\.kts)?$/),
  };
}

function gradleChecks(folder: Folder, build: string, gradle: string): ProjectCheck[] {
  const evidence = folder.evidence(build);
  const checks = [
    folder.check('tests', `${gradle} test`, evidence),
    folder.check('build', `${gradle} assemble`, evidence),
  ];
  const lint = folder.evidence(build, /checkstyle|ktlint|detekt|spotless/);
  if (lint.line !== undefined) checks.push(folder.check('lint', `${gradle} check -x test`, lint));
  return checks;
}

/** Projects that settings include, as folders: `:a:b` is a/b. */
function gradleMembers(text: string): string[] {
  const included = [...text.matchAll(/^\s*include\s*\(?([^)\n]*)\)?/gm)];
  const names = included.flatMap((match) => [...(match[1] ?? '').matchAll(/["']:?([^"']+)["']/g)]);
  return names.map((match) => (match[1] ?? '').replaceAll(':', '/'));
}

/** A wrapper script of the project, which brings the right version. */
function wrapperOf(
  folder: Folder,
  unix: string,
  windows: string,
): { readonly file: string; readonly command: string } | null {
  const file = process.platform === 'win32' ? windows : unix;
  if (!folder.has(file)) return null;
  return { file, command: process.platform === 'win32' ? file : `./${file}` };
}

const javaFrameworks: Readonly<Record<string, string>> = {
  'spring-boot': 'Spring Boot',
  'org.springframework.boot': 'Spring Boot',
  quarkus: 'Quarkus',
  micronaut: 'Micronaut',
  'com.android.application': 'Android',
  'io.ktor': 'Ktor',
  dropwizard: 'Dropwizard',
  'jakarta.ee': 'Jakarta EE',
  'junit-jupiter': 'JUnit 5',
};
