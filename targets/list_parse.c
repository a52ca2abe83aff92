/*
 * Reads a list from memory: a line a target, or CSV, whose rows are list_csv.c's business. Where
 * the bytes come from is list.c's.
 */
#include "targets/list_parser.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "targets/datafile.h"
#include "targets/urlset.h"

void
list_parser_say(struct list_parser *p, int line, bool fatal, const char *fmt, ...)
{
	char message[512];
	va_list ap;

	if (fatal)
		p->list->bad++;
	if (p->report == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	p->report(p->file, line, fatal, message, p->arg);
}

struct target *
list_parser_add(struct list_parser *p, int line, const char *url)
{
	char error[TARGET_ERROR_SIZE];
	struct target target;
	struct list *list = p->list;
	size_t earlier;

	if (target_parse(url, &target, error) != 0) {
		if (p->csv && url[0] == '#')
			list_parser_say(
			    p, line, true, "a comment ('#') cannot stand in a CSV list");
		else if (!p->csv && strchr(url, ',') != NULL)
			list_parser_say(p, line, true,
			    "%s (a CSV list begins with a header that has \"url\")", error);
		else
			list_parser_say(p, line, true, "%s", error);
		return NULL;
	}
	p->good++;
	if (!urlset_add(p->seen, target.url, (size_t)line, &earlier)) {
		list->duplicates++;
		list_parser_say(p, line, false, "the same URL as on line %zu, left out", earlier);
		target_clear(&target);
		return NULL;
	}
	target.line = line;
	target.list = list->name;
	if (list->n == p->room) {
		p->room = p->room > 0 ? p->room * 2 : 64;
		list->targets = xreallocarray(list->targets, p->room, sizeof(target));
	}
	list->targets[list->n] = target;
	return &list->targets[list->n++];
}

static void
parse_text(struct list_parser *p)
{
	const char *line, *wrong;
	char *url;
	size_t len;

	while (lines_next(&p->lines, &line, &len)) {
		wrong = lines_wrong(line, len);
		lines_strip(&line, &len);
		if (wrong != NULL) {
			list_parser_say(p, p->lines.line, true, "%s", wrong);
		} else if (len > 0 && line[0] != '#') {
			url = xstrndup(line, len);
			list_parser_add(p, p->lines.line, url);
			free(url);
		}
	}
}

/* A header without url: several fields, and words in the first where a site would have a dot. */
static bool
looks_like_header(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (strchr(",;\t", line[i]) != NULL)
			return i > 0 && line[i] != '\0';
		if (!isalpha((unsigned char)line[i]) && strchr("_\" ", line[i]) == NULL)
			return false;
	}
	return false;
}

static void
parse_all(struct list_parser *p, const char *data, size_t size)
{
	struct csv_head head;
	struct lines start;
	const char *line, *wrong = lines_begin(&p->lines, data, size);
	size_t len;

	if (wrong != NULL) {
		list_parser_say(p, 1, true, "%s", wrong);
		return;
	}
	start = p->lines;
	lines_first(&p->lines, &line, &len);
	if (len > 0 && list_csv_read_head(&head, line, len)) {
		p->csv = true;
		list_csv_rows(p, &head);
	} else if (len > 0 && looks_like_header(line, len)) {
		list_parser_say(p, p->lines.line, true, "no \"url\" column in the header");
	} else {
		p->lines = start;
		parse_text(p);
	}
	if (p->good == 0 && p->list->bad == 0)
		list_parser_say(p, p->lines.line > 0 ? p->lines.line : 1, true,
		    "no targets in this list");
}

int
list_parse(const char *name, const char *data, size_t len, int flags, list_report *report,
    void *arg, struct list *list)
{
	struct list_parser p = {
	    .file = name,
	    .report = report,
	    .arg = arg,
	    .list = list,
	};

	*list = (struct list){0};
	list->name = datafile_name(name);
	p.seen = urlset_new();
	parse_all(&p, data, len);
	urlset_free(p.seen);
	return list->bad > 0 && (flags & LIST_SKIP_BAD) == 0 ? -1 : 0;
}

void
list_clear(struct list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		target_clear(&list->targets[i]);
	free(list->targets);
	free(list->name);
	*list = (struct list){0};
}
