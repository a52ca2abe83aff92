// node bundle.js DIR SQL: runs DIR/load.sql in that directory, then what the file SQL has, in DuckDB's library for Node.js.
const { DuckDBInstance } = require('@duckdb/node-api');
const fs = require('fs');

async function main([directory, sql]) {
	const text = fs.readFileSync(sql, 'utf8');
	process.chdir(directory);
	const connection = await (await DuckDBInstance.create()).connect();
	for (const step of [fs.readFileSync('load.sql', 'utf8'), text])
		await connection.run(step);
}

main(process.argv.slice(2)).catch((error) => {
	console.error(error.message);
	process.exit(1);
});
