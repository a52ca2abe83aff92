/* netvane targets import: other people's lists as one of ours. */
#include "probe/cmd_targets.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/cmd_output.h"
#include "targets/category.h"
#include "targets/list.h"
#include "targets/urlset.h"

static const char help[] =
    "usage: netvane targets import [--skip-bad] [--category CODE,...] [--out FILE]\n"
    "                              FILE...\n\n"
    "Reads Citizen Lab's test lists, other CSV with a \"url\" column, or plain lists\n"
    "(- is standard input), and writes one CSV list without duplicates.\n\n"
    "Sites of some categories can bring the person on whose line they are measured\n"
    "trouble, at home or with the law. They are left out unless --category names\n"
    "them:\n"
    "  ALDR DATE GMB HATE LGBT MILX PORN PROV REL XED\n\n"
    "  --category CODE,...  take exactly these categories; 'all' takes everything\n"
    "  --skip-bad           go on past bad lines, and count them\n"
    "  -o, --out FILE       write there, not to standard output\n"
    "  -h, --help           this text\n\n"
    "Example:\n"
    "  netvane targets import --category NEWS,HUMR,GRP --out kz.csv lists/kz.csv\n";

struct import {
	bool skip_bad;
	const char *wanted; /* "NEWS,HUMR"; "all"; NULL all but the sensitive */
	const char *out;
	struct list *lists; /* one a file */
	size_t nlists;
	/* counts */
	size_t written, bad, duplicates, unwanted;
	size_t *sensitive; /* left out, for each of categories[] */
};

/* The next code of "NEWS,HUMR"; false after the last. */
static bool
next_code(const char **codes, const char **code, size_t *len)
{
	*codes += strspn(*codes, ", ");
	*code = *codes;
	*len = strcspn(*codes, ", ");
	*codes += *len;
	return *len > 0;
}

static bool
same_code(const char *code, size_t len, const char *other)
{
	return strlen(other) == len && strncasecmp(code, other, len) == 0;
}

static bool
code_named(const char *codes, const char *name)
{
	const char *code;
	size_t len;

	while (next_code(&codes, &code, &len))
		if (same_code(code, len, name))
			return true;
	return false;
}

static int
check_codes(const char *codes)
{
	const char *rest = codes, *code;
	size_t len, i, n = 0;

	for (; next_code(&rest, &code, &len); n++) {
		for (i = 0; i < ncategories; i++)
			if (same_code(code, len, categories[i].code))
				break;
		if (i < ncategories || same_code(code, len, "all"))
			continue;
		log_errorx("--category: '%.*s' is none of Citizen Lab's codes, which are:",
		    (int)len, code);
		for (i = 0; i < ncategories; i++)
			fprintf(
			    stderr, "  %-6s %s\n", categories[i].code, categories[i].description);
		return -1;
	}
	if (n > 0)
		return 0;
	log_errorx("--category: which codes?");
	return -1;
}

static bool
is_wanted(struct import *import, const struct target *target)
{
	const struct category *category = category_find(target->category);

	if (import->wanted != NULL) {
		if (code_named(import->wanted, "all") ||
		    code_named(import->wanted, target->category))
			return true;
		import->unwanted++;
		return false;
	}
	if (category == NULL || !category->sensitive)
		return true;
	import->sensitive[category - categories]++;
	return false;
}

static int
load_files(struct import *import, char **files)
{
	int flags = import->skip_bad ? LIST_SKIP_BAD : 0, worst = EXIT_SUCCESS, code;
	size_t i;

	for (i = 0; i < import->nlists; i++) {
		code = cmd_load_code(
		    list_load(files[i], flags, cmd_report_bad, NULL, &import->lists[i]));
		worst = code > worst ? code : worst;
		import->bad += import->lists[i].bad;
		import->duplicates += import->lists[i].duplicates;
	}
	if (worst == EX_DATAERR)
		log_errorx(
		    "nothing was written: mend the bad line%s, or leave %s out with --skip-bad",
		    import->bad == 1 ? "" : "s", import->bad == 1 ? "it" : "them");
	return worst;
}

/* The lists as one, each URL once. */
static void
join_lists(struct import *import, struct buf *csv)
{
	struct urlset *seen = urlset_new();
	const struct list *list;
	size_t i, k, earlier;

	list_write_head(csv);
	for (i = 0; i < import->nlists; i++) {
		list = &import->lists[i];
		for (k = 0; k < list->n; k++) {
			if (!is_wanted(import, &list->targets[k]))
				continue;
			if (!urlset_add(seen, list->targets[k].url, 0, &earlier)) {
				import->duplicates++;
				continue;
			}
			list_write_target(csv, &list->targets[k]);
			import->written++;
		}
	}
	urlset_free(seen);
}

static void
tell_sensitive(const struct import *import)
{
	struct buf codes = BUF_EMPTY;
	size_t sum = 0, i;

	for (i = 0; i < ncategories; i++) {
		if (import->sensitive[i] == 0)
			continue;
		buf_printf(&codes, "%s%s %zu", sum > 0 ? ", " : "", categories[i].code,
		    import->sensitive[i]);
		sum += import->sensitive[i];
	}
	if (sum > 0)
		log_info("left out %zu site%s whose visit could harm the person who measures (%s); "
		         "--category takes the codes it names, --category all everything",
		    sum, sum == 1 ? "" : "s", buf_str(&codes));
	buf_free(&codes);
}

static void
tell_counts(const struct import *import)
{
	tell_sensitive(import);
	if (import->unwanted > 0)
		log_info("left out %zu of other categories", import->unwanted);
	if (import->duplicates > 0)
		log_info("left out %zu that stood there already", import->duplicates);
	if (import->bad > 0)
		log_warnx("left out %zu bad line%s", import->bad, import->bad == 1 ? "" : "s");
	log_info("%zu target%s written", import->written, import->written == 1 ? "" : "s");
}

static int
write_out(const struct import *import, const struct buf *csv)
{
	const char *name = import->out != NULL ? import->out : "standard output";
	FILE *out = stdout;
	bool ok;

	if (import->out != NULL)
		out = fopen(import->out, "we");
	if (out == NULL) {
		log_error("%s", name);
		return EX_CANTCREAT;
	}
	ok = fwrite(csv->data, 1, csv->len, out) == csv->len && fflush(out) == 0;
	if (!ok)
		log_error("%s", name);
	if (import->out != NULL && fclose(out) != 0 && ok) {
		log_error("%s", name);
		ok = false;
	}
	return ok ? EXIT_SUCCESS : EX_IOERR;
}

static int
import_run(struct import *import, char **files)
{
	struct buf csv = BUF_EMPTY;
	int code = load_files(import, files);

	if (code != EXIT_SUCCESS)
		return code;
	join_lists(import, &csv);
	if (import->written > 0) {
		code = write_out(import, &csv);
	} else {
		log_errorx("nothing was written: no target is left");
		code = EX_DATAERR;
	}
	if (code == EXIT_SUCCESS || code == EX_DATAERR)
		tell_counts(import);
	buf_free(&csv);
	return code;
}

/* Returns -1 to go on, else the exit code. */
static int
read_options(int argc, char **argv, struct import *import)
{
	static const struct option options[] = {
	    {"category", required_argument, NULL, 'C'},
	    {"help", no_argument, NULL, 'h'},
	    {"out", required_argument, NULL, 'o'},
	    {"skip-bad", no_argument, NULL, 'S'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
		switch (c) {
		case 'C':
			if (check_codes(optarg) != 0)
				return EX_USAGE;
			import->wanted = optarg;
			break;
		case 'S':
			import->skip_bad = true;
			break;
		case 'o':
			import->out = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return EX_USAGE;
		}
	}
	if (optind < argc)
		return -1;
	log_errorx("targets import: which file?");
	return EX_USAGE;
}

int
targets_import(int argc, char **argv)
{
	struct import import = {0};
	int code = read_options(argc, argv, &import);
	size_t i;

	if (code >= 0)
		return code;
	import.nlists = (size_t)(argc - optind);
	import.lists = xcalloc(import.nlists, sizeof(*import.lists));
	import.sensitive = xcalloc(ncategories, sizeof(*import.sensitive));
	code = import_run(&import, argv + optind);
	for (i = 0; i < import.nlists; i++)
		list_clear(&import.lists[i]);
	free(import.lists);
	free(import.sensitive);
	return code;
}
