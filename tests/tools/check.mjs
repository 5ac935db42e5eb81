// Compares what generators wrote with the document: every operation and every schema must be there.
//
// usage: check.mjs DOCUMENT OPENAPI_TYPESCRIPT OAZAPFTS PYTHON_CLIENT

import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [documentFile, typesFile, functionsFile, client] = process.argv.slice(2);
// From the directory with the packages, which is the current one.
const ts = createRequire(join(process.cwd(), "package.json"))("typescript");

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const root = JSON.parse(readFileSync(documentFile, "utf8"));
const operations = Object.values(root.paths).flatMap((item) => METHODS.flatMap((method) => item[method] ?? []));
const ids = operations.map((operation) => operation.operationId);
const schemas = Object.keys(root.components.schemas);
let failed = false;

function compare(tool, what, expected, found) {
    const missing = expected.filter((name) => !found.includes(name));
    const unknown = found.filter((name) => !expected.includes(name));
    console.log(`${tool}: ${found.length} of ${expected.length} ${what}`);
    if (missing.length > 0 || unknown.length > 0 || found.length !== expected.length) {
        console.error(`  missing: ${missing.join(", ") || "none"}; not in the document: ${unknown.join(", ") || "none"}`);
        failed = true;
    }
}

function statements(file) {
    return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest).statements;
}

const nameOf = (member) => member.name.text;

const interfaces = new Map(statements(typesFile).filter(ts.isInterfaceDeclaration).map((one) => [nameOf(one), one.members]));
compare("openapi-typescript", "operations", ids, [...(interfaces.get("operations") ?? [])].map(nameOf));
const named = (interfaces.get("components") ?? []).find((member) => nameOf(member) === "schemas");
compare("openapi-typescript", "schemas", schemas, [...(named?.type.members ?? [])].map(nameOf));

const isExported = (one) => one.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
const functions = statements(functionsFile).filter((one) => ts.isFunctionDeclaration(one) && isExported(one));
const camelCase = (id) => id.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
compare("oazapfts", "operations", ids.map(camelCase), functions.map(nameOf));

const files = readdirSync(join(client, "api"), { recursive: true }).filter((file) => file.endsWith(".py"));
const modules = files.map((file) => file.split("/").pop().slice(0, -3)).filter((name) => name !== "__init__");
compare("openapi-python-client", "operations", ids, modules);

process.exit(failed ? 1 : 0);
