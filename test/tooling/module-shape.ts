import ts from 'typescript'

/** `type`: erased by the compiler. `static`: loaded with the module. `dynamic`: `import()` or `require()`, when it runs. */
export type ImportForm = 'type' | 'static' | 'dynamic'

export interface ImportUse {
  /** `null` when it is not a literal. */
  readonly specifier: string | null
  readonly form: ImportForm
  /** 1-based. */
  readonly line: number
}

/** What a module says about other modules, found by the compiler's own parser. */
export interface ModuleShape {
  readonly imports: readonly ImportUse[]
  /** Lines of statements that are no named re-export. */
  readonly otherStatements: readonly number[]
  readonly statementCount: number
}

export function moduleShape(path: string, text: string): ModuleShape {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  const imports: ImportUse[] = []
  const otherStatements: number[] = []
  const lineOf = (node: ts.Node): number => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  const use = (node: ts.Node, specifier: ts.Node | undefined, form: ImportForm): void => {
    imports.push({ specifier: specifier && ts.isStringLiteralLike(specifier) ? specifier.text : null, form, line: lineOf(node) })
  }
  const visit = (node: ts.Node): void => {
    // Under `verbatimModuleSyntax`, `import { type A } from 'x'` still loads x: only a whole `import type` is erased.
    if (ts.isImportDeclaration(node)) use(node, node.moduleSpecifier, node.importClause?.isTypeOnly === true ? 'type' : 'static')
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) use(node, node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static')
    else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      use(node, node.moduleReference.expression, node.isTypeOnly ? 'type' : 'static')
    } else if (ts.isImportTypeNode(node)) use(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'type')
    else if (ts.isCallExpression(node)) {
      const called = node.expression
      if (called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require')) {
        use(node, node.arguments[0], 'dynamic')
      }
    }
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(source, visit)
  for (const statement of source.statements) {
    const named =
      ts.isExportDeclaration(statement) && statement.moduleSpecifier && statement.exportClause && ts.isNamedExports(statement.exportClause)
    if (!named) otherStatements.push(lineOf(statement))
  }
  return { imports, otherStatements, statementCount: source.statements.length }
}
