// Bundles the widget into one ASCII file: the styles become a string, nothing is loaded beside it.
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const { version } = JSON.parse(await readFile("package.json", "utf-8"));

await build({
  entryPoints: ["src/main.js"],
  outfile: process.argv[2] ?? `dist/${version}/widget.js`,
  bundle: true,
  minify: true,
  charset: "ascii",
  format: "iife",
  target: "es2022",
  loader: { ".css": "text" },
  define: { VERSION: JSON.stringify(version) },
  plugins: [{
    name: "minified-styles",
    setup(build) {
      build.onLoad({ filter: /\.css$/ }, async (args) => {
        const source = await readFile(args.path, "utf-8");
        const { code } = await build.esbuild.transform(source, { loader: "css", minify: true });
        return { contents: code, loader: "text" };
      });
    },
  }],
});
