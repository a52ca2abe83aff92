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
#include "base/utf8.h"
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

bool
list_parser_line(struct list_parser *p, const char **line, size_t *len)
{
	const char *s = p->next;

	if (s == p->end)
		return false;
	while (s < p->end && *s != '\n' && *s != '\r')
		s++;
	if (s < p->end && *s++ == '\r' && s < p->end && *s == '\n')
		s++;
	*line = p->next;
	*len = (size_t)(s - p->next);
	p->next = s;
	p->line++;
	return true;
}

const char *
list_parser_bytes_wrong(const char *line, size_t len)
{
	if (memchr(line, '\0', len) != NULL)
		return "a NUL byte (is this a text file?)";
	if (!utf8_valid(line, len))
		return "not UTF-8 (save the file as UTF-8)";
	return NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
list_parser_strip(const char **s, size_t *len)
{
	while (*len > 0 && is_blank((*s)[*len - 1]))
		--*len;
	for (; *len > 0 && is_blank(**s); --*len)
		++*s;
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

	while (list_parser_line(p, &line, &len)) {
		wrong = list_parser_bytes_wrong(line, len);
		list_parser_strip(&line, &len);
		if (wrong != NULL) {
			list_parser_say(p, p->line, true, "%s", wrong);
		} else if (len > 0 && line[0] != '#') {
			url = xstrndup(line, len);
			list_parser_add(p, p->line, url);
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

/* The first line that is neither empty nor a comment; an empty one at the end. */
static void
first_line(struct list_parser *p, const char **line, size_t *len)
{
	do {
		if (!list_parser_line(p, line, len)) {
			*len = 0;
			return;
		}
		list_parser_strip(line, len);
	} while (*len == 0 || **line == '#');
}

static void
parse_all(struct list_parser *p)
{
	struct list_csv_head head;
	const char *start, *line;
	size_t len = (size_t)(p->end - p->next);

	if (len >= 2 &&
	    (memcmp(p->next, "\xff\xfe", 2) == 0 || memcmp(p->next, "\xfe\xff", 2) == 0)) {
		list_parser_say(p, 1, true, "UTF-16 text (save the file as UTF-8)");
		return;
	}
	if (len >= 3 && memcmp(p->next, "\xef\xbb\xbf", 3) == 0)
		p->next += 3;
	start = p->next;
	first_line(p, &line, &len);
	if (len > 0 && list_csv_read_head(&head, line, len)) {
		p->csv = true;
		list_csv_rows(p, &head);
	} else if (len > 0 && looks_like_header(line, len)) {
		list_parser_say(p, p->line, true, "no \"url\" column in the header");
	} else {
		p->next = start;
		p->line = 0;
		parse_text(p);
	}
	if (p->good == 0 && p->list->bad == 0)
		list_parser_say(p, p->line > 0 ? p->line : 1, true, "no targets in this list");
}

/* "kz-social" for "/usr/share/netvane/lists/kz-social.csv". A path would tell on its owner. */
static char *
name_of_file(const char *file)
{
	static const char *const endings[] = {".csv", ".txt", ".tsv"};
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL && slash[1] != '\0' ? slash + 1 : file;
	size_t len = strlen(base), i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (len > strlen(endings[i]) &&
		    strcmp(base + len - strlen(endings[i]), endings[i]) == 0)
			return xstrndup(base, len - strlen(endings[i]));
	return xstrdup(base);
}

int
list_parse(const char *name, const char *data, size_t len, int flags, list_report *report,
    void *arg, struct list *list)
{
	struct list_parser p = {
	    .file = name,
	    .end = data + len,
	    .next = data,
	    .report = report,
	    .arg = arg,
	    .list = list,
	};

	*list = (struct list){0};
	list->name = name_of_file(name);
	p.seen = urlset_new();
	parse_all(&p);
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
