/* netvane targets: shows lists and checks them; cmd_targets_import.c takes them over. */
#include "probe/cmd_targets.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "probe/cmd.h"
#include "probe/cmd_output.h"
#include "targets/list.h"

static const char help[] =
    "usage: netvane targets list [NAME|FILE] [--json]\n"
    "       netvane targets lint [--json] FILE...\n"
    "       netvane targets import [--skip-bad] [--category CODE,...] [--out FILE]\n"
    "                              FILE...\n\n"
    "Shows, checks and imports lists of sites. Each says more with --help.\n\n"
    "A list is CSV whose header has a \"url\" column, as Citizen Lab's test lists have;\n"
    "or plain text with one URL or host name a line, where '#' begins a comment.\n\n"
    "Example:\n"
    "  netvane targets list kz-social\n";

static const char list_help[] =
    "usage: netvane targets list [NAME|FILE] [--json]\n\n"
    "Without a name: the built-in lists. With one, or with a file (- is standard\n"
    "input): the sites on it.\n\n"
    "  --json      one JSON object a line\n"
    "  -h, --help  this text\n\n"
    "Example:\n"
    "  netvane targets list kz-news\n";

static const char lint_help[] =
    "usage: netvane targets lint [--json] FILE...\n\n"
    "Says for every bad line of a list what is wrong with it, and notes what is only\n"
    "odd (duplicates, unknown category codes). FILE may be - for standard input, or\n"
    "the name of a built-in list. Exit code: 0 clean; 65 bad lines; 66 a file that\n"
    "cannot be read.\n\n"
    "  --json      one JSON object a line: what was met, and a closing one for each\n"
    "              file\n"
    "  -h, --help  this text\n\n"
    "Example:\n"
    "  netvane targets lint my-sites.csv\n";

static void
json_builtin(const struct list_builtin *builtin, const struct list *list, struct buf *line)
{
	char *path = list_builtin_path(builtin->name);
	struct json j;

	json_init(&j, line);
	json_put_object(&j, NULL);
	json_put_string(&j, "list", builtin->name);
	json_put_int(&j, "targets", (int64_t)list->n);
	json_put_bool(&j, "default", builtin->by_default);
	json_put_string(&j, "about", builtin->about);
	json_put_string(&j, "path", path);
	json_put_object_end(&j);
	cmd_print_line(line);
	free(path);
}

static int
list_all(bool json)
{
	static const struct table_column columns[] = {{"LIST", false, 0}, {"SITES", true, 0},
	    {"DEFAULT", false, 0}, {"WHAT IT HOLDS", false, 20}};
	struct table *table = table_new(columns, 4);
	const struct list_builtin *builtin;
	struct buf line = BUF_EMPTY;
	int code = EXIT_SUCCESS, rc;
	struct list list;
	size_t i;

	for (i = 0; i < list_nbuiltins; i++) {
		builtin = &list_builtins[i];
		rc = list_load(builtin->name, 0, cmd_report_bad, NULL, &list);
		if (rc != 0) {
			code = cmd_load_code(rc);
		} else if (json) {
			json_builtin(builtin, &list, &line);
		} else {
			table_cell(table, builtin->name, TABLE_PLAIN);
			table_cellf(table, TABLE_PLAIN, "%zu", list.n);
			table_cell(table, builtin->by_default ? "yes" : "no", TABLE_PLAIN);
			table_cell(table, builtin->about, TABLE_PLAIN);
		}
		list_clear(&list);
	}
	if (json)
		table_free(table);
	else
		cmd_print_table(table);
	buf_free(&line);
	return code;
}

static void
json_target(const struct target *target, struct buf *line)
{
	struct json j;

	json_init(&j, line);
	json_put_object(&j, NULL);
	json_put_string(&j, "url", target->url);
	json_put_string(&j, "category_code", target->category);
	json_put_string(&j, "date_added", target->added);
	json_put_string(&j, "source", target->source);
	json_put_string(&j, "notes", target->notes);
	json_put_string(&j, "list", target->list);
	json_put_int(&j, "line", target->line);
	json_put_object_end(&j);
	cmd_print_line(line);
}

static int
list_one(const char *name, bool json)
{
	static const struct table_column columns[] = {
	    {"URL", false, 24}, {"CATEGORY", false, 0}, {"NOTES", false, 16}};
	struct table *table;
	struct buf line = BUF_EMPTY;
	struct list list;
	size_t i;
	int rc = list_load(name, 0, cmd_report_bad, NULL, &list);

	if (rc != 0) {
		list_clear(&list);
		return cmd_load_code(rc);
	}
	table = table_new(columns, 3);
	for (i = 0; i < list.n; i++) {
		if (json) {
			json_target(&list.targets[i], &line);
			continue;
		}
		table_cell(table, list.targets[i].url, TABLE_PLAIN);
		table_cell(table, list.targets[i].category, TABLE_PLAIN);
		table_cell(table, list.targets[i].notes, TABLE_PLAIN);
	}
	if (json)
		table_free(table);
	else
		cmd_print_table(table);
	buf_free(&line);
	list_clear(&list);
	return EXIT_SUCCESS;
}

static int
targets_list(int argc, char **argv)
{
	bool json;
	int code = cmd_json_options(argc, argv, list_help, &json);

	if (code >= 0)
		return code;
	if (argc - optind > 1) {
		log_errorx("targets list: one list at a time");
		return EX_USAGE;
	}
	return cmd_close_output(optind < argc ? list_one(argv[optind], json) : list_all(json));
}

static void
lint_close(const char *file, const struct list *list, bool json)
{
	struct buf line = BUF_EMPTY;
	struct json j;

	if (!json) {
		printf("%s: %zu target%s, %zu bad line%s, %zu duplicate%s\n", file, list->n,
		    list->n == 1 ? "" : "s", list->bad, list->bad == 1 ? "" : "s", list->duplicates,
		    list->duplicates == 1 ? "" : "s");
		return;
	}
	json_init(&j, &line);
	json_put_object(&j, NULL);
	json_put_string(&j, "file", file);
	json_put_int(&j, "targets", (int64_t)list->n);
	json_put_int(&j, "bad_lines", (int64_t)list->bad);
	json_put_int(&j, "duplicates", (int64_t)list->duplicates);
	json_put_object_end(&j);
	cmd_print_line(&line);
	buf_free(&line);
}

static int
targets_lint(int argc, char **argv)
{
	int code, worst = EXIT_SUCCESS, rc, i;
	struct list list;
	bool json;

	code = cmd_json_options(argc, argv, lint_help, &json);
	if (code >= 0)
		return code;
	if (optind == argc) {
		log_errorx("targets lint: which file?");
		return EX_USAGE;
	}
	for (i = optind; i < argc; i++) {
		rc = list_load(argv[i], 0, cmd_report_all, &json, &list);
		if (rc != -2)
			lint_close(argv[i], &list, json);
		list_clear(&list);
		/* Unread (66) outranks bad (65): nobody knows how bad it is. */
		code = cmd_load_code(rc);
		worst = code > worst ? code : worst;
	}
	return cmd_close_output(worst);
}

int
cmd_targets(int argc, char **argv)
{
	static const struct cmd_word words[] = {
	    {"list", targets_list}, {"lint", targets_lint}, {"import", targets_import}};

	return cmd_words(argc, argv, help, words, sizeof(words) / sizeof(words[0]));
}
