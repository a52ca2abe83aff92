/* The configuration: values of all types, and the INI files read over the defaults. */
#include "probe/conf.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/conf_options.h"

void
strings_add(struct strings *list, const char *item)
{
	list->items = xreallocarray(list->items, list->n + 1, sizeof(*list->items));
	list->items[list->n++] = xstrdup(item);
}

void
strings_clear(struct strings *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){NULL, 0};
}

static void *
field(struct conf *conf, const struct option *option)
{
	return (char *)conf + option->offset;
}

static const void *
field_const(const struct conf *conf, const struct option *option)
{
	return (const char *)conf + option->offset;
}

static char *
add_item(struct conf *conf, const struct option *option, const char *item)
{
	const char *wanted = option->check != NULL ? option->check(item) : NULL;

	if (wanted != NULL)
		return xasprintf("'%s' should be %s", item, wanted);
	strings_add(field(conf, option), item);
	return NULL;
}

/* Items are separated by white space. Returns NULL, or what is wrong with the first that is. */
static char *
add_words(struct conf *conf, const struct option *option, const char *value)
{
	char *word, *wrong = NULL;
	size_t len;

	for (; wrong == NULL; value += len) {
		value += strspn(value, " \t\r\n");
		len = strcspn(value, " \t\r\n");
		if (len == 0)
			break;
		word = xstrndup(value, len);
		wrong = add_item(conf, option, word);
		free(word);
	}
	return wrong;
}

static int
parse_bool(const char *value, bool *out)
{
	static const char *const yes[] = {"yes", "true", "on", "1"};
	static const char *const no[] = {"no", "false", "off", "0"};
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcasecmp(value, yes[i]) == 0 || strcasecmp(value, no[i]) == 0) {
			*out = strcasecmp(value, yes[i]) == 0;
			return 0;
		}
	}
	return -1;
}

/* A whole number and a unit, of which the first letters are in `units`, each worth the factor beside it. */
static char *
parse_with_unit(const char *value, const char *units, const double *factors, double *out)
{
	const char *unit;
	char *end;

	errno = 0;
	*out = strtod(value, &end);
	if (end == value || errno != 0 || !isfinite(*out) || *out < 0)
		return xasprintf("'%s' is not a number with a unit (one of %s)", value, units);
	unit = *end != '\0' ? strchr(units, *end) : NULL;
	if (*end != '\0' && (unit == NULL || end[1] != '\0'))
		return xasprintf("'%s' has no unit that is known here (one of %s)", value, units);
	if (unit != NULL)
		*out *= factors[unit - units];
	return NULL;
}

static const char duration_units[] = "smhd", size_units[] = "kMGT";
static const double duration_factors[] = {1, 60, 3600, 86400};
static const double size_factors[] = {1024, 1024.0 * 1024, 1024.0 * 1024 * 1024, 1024.0 * 1024 * 1024 * 1024};

static char *
parse_quantity(const struct option *option, const char *value, double *out)
{
	bool duration = option->type == OPTION_DURATION;
	char *wrong = parse_with_unit(value, duration ? duration_units : size_units,
	    duration ? duration_factors : size_factors, out);

	if (wrong == NULL && (*out < option->least || *out > option->most || *out != floor(*out)))
		return xasprintf("%s is out of range", value);
	return wrong;
}

static char *
set_quantity(struct conf *conf, const struct option *option, const char *value)
{
	double v;
	char *wrong = parse_quantity(option, value, &v);

	if (wrong != NULL)
		return wrong;
	if (option->type == OPTION_DURATION)
		*(int *)field(conf, option) = (int)v;
	else
		*(int64_t *)field(conf, option) = (int64_t)v;
	return NULL;
}

static char *
set_number(struct conf *conf, const struct option *option, const char *value)
{
	double v;
	char *end;

	errno = 0;
	v = strtod(value, &end);
	if (end == value || *end != '\0' || errno != 0 || !isfinite(v) ||
	    (option->type == OPTION_INT && v != floor(v)))
		return xasprintf("'%s' is not a %snumber", value,
		    option->type == OPTION_INT ? "whole " : "");
	if (v < option->least || v > option->most)
		return xasprintf(
		    "%s is out of range: %g to %g is possible", value, option->least, option->most);
	if (option->type == OPTION_INT)
		*(int *)field(conf, option) = (int)v;
	else
		*(double *)field(conf, option) = v;
	return NULL;
}

/* Lists are added to unless `replace`. Returns NULL, or what is wrong. */
static char *
set(struct conf *conf, const struct option *option, const char *value, bool replace)
{
	bool list = option->type == OPTION_STRINGS;
	const char *wanted = option->check != NULL && !list ? option->check(value) : NULL;
	char **string;

	if (wanted != NULL)
		return xasprintf("'%s' should be %s", value, wanted);
	switch (option->type) {
	case OPTION_STRING:
		string = field(conf, option);
		free(*string);
		/* An empty path means: the default again. */
		*string = *value == '\0' && option->unset == NULL ? NULL : xstrdup(value);
		return NULL;
	case OPTION_STRINGS:
		if (replace)
			strings_clear(field(conf, option));
		return add_words(conf, option, value);
	case OPTION_BOOL:
		if (parse_bool(value, field(conf, option)) == 0)
			return NULL;
		return xasprintf("'%s' should be yes or no", value);
	case OPTION_DURATION:
	case OPTION_SIZE:
		return set_quantity(conf, option, value);
	case OPTION_INT:
	case OPTION_DOUBLE:
		break;
	}
	return set_number(conf, option, value);
}

static const struct option *
find(const char *section, size_t section_len, const char *name)
{
	size_t i;

	for (i = 0; i < CONF_NOPTIONS; i++)
		if (strncmp(conf_options[i].section, section, section_len) == 0 &&
		    conf_options[i].section[section_len] == '\0' && strcmp(conf_options[i].name, name) == 0)
			return &conf_options[i];
	return NULL;
}

/* --- [list NAME] ------------------------------------------------------------------------------- */

const struct conf_list *
conf_list_find(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->nlist_settings; i++)
		if (strcmp(conf->list_settings[i].name, name) == 0)
			return &conf->list_settings[i];
	return NULL;
}

static struct conf_list *
list_get(struct conf *conf, const char *name)
{
	struct conf_list *list = (struct conf_list *)(uintptr_t)conf_list_find(conf, name);

	if (list != NULL)
		return list;
	conf->list_settings =
	    xreallocarray(conf->list_settings, conf->nlist_settings + 1, sizeof(*conf->list_settings));
	list = &conf->list_settings[conf->nlist_settings++];
	*list = (struct conf_list){.name = xstrdup(name), .jitter = -1};
	return list;
}

/* Returns NULL, or what is wrong. */
static char *
list_set(struct conf *conf, const char *list_name, const char *name, const char *value)
{
	const struct option *like = find("schedule", strlen("schedule"), name);
	const char *wanted;
	struct conf_list *list;
	double v;
	char *wrong, *end;

	if (like == NULL || (strcmp(name, "every") != 0 && strcmp(name, "jitter") != 0 && strcmp(name, "window") != 0))
		return xasprintf("a list has every, jitter and window, and no '%s'", name);
	if (strcmp(name, "window") == 0) {
		wanted = like->check(value);
		if (wanted != NULL)
			return xasprintf("'%s' should be %s", value, wanted);
		list = list_get(conf, list_name);
		free(list->window);
		list->window = xstrdup(value);
	} else if (strcmp(name, "every") == 0) {
		wrong = parse_quantity(like, value, &v);
		if (wrong != NULL)
			return wrong;
		list_get(conf, list_name)->every_s = (int)v;
	} else {
		v = strtod(value, &end);
		if (end == value || *end != '\0' || !(v >= like->least && v <= like->most))
			return xasprintf("'%s' should be a share, from 0 to 0.5", value);
		list_get(conf, list_name)->jitter = v;
	}
	return NULL;
}

/* --- by name --------------------------------------------------------------------------------- */

/* "section.name" */
static const struct option *
find_dotted(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot == NULL ? NULL : find(name, (size_t)(dot - name), dot + 1);
}

char *
conf_add(struct conf *conf, const char *name, const char *item, bool replace)
{
	const struct option *option = find_dotted(name);

	assert(option != NULL && option->type == OPTION_STRINGS);
	if (replace)
		strings_clear(field(conf, option));
	return add_item(conf, option, item);
}

bool
conf_is_list(const char *name)
{
	const struct option *option = find_dotted(name);

	return option != NULL && option->type == OPTION_STRINGS;
}

char *
conf_set(struct conf *conf, const char *name, const char *value)
{
	const struct option *option = find_dotted(name);

	if (option == NULL)
		return xasprintf("there is no option '%s'", name);
	return set(conf, option, value, true);
}

struct conf *
conf_new(void)
{
	struct conf *conf = xcalloc(1, sizeof(*conf));
	char *wrong;
	size_t i;

	for (i = 0; i < CONF_NOPTIONS; i++) {
		if (conf_options[i].unset == NULL)
			continue;
		wrong = set(conf, &conf_options[i], conf_options[i].unset, true);
		if (wrong != NULL)
			log_fatalx("default of %s.%s: %s", conf_options[i].section, conf_options[i].name, wrong);
	}
	return conf;
}

void
conf_free(struct conf *conf)
{
	size_t i;

	if (conf == NULL)
		return;
	for (i = 0; i < CONF_NOPTIONS; i++) {
		if (conf_options[i].type == OPTION_STRING)
			free(*(char **)field(conf, &conf_options[i]));
		else if (conf_options[i].type == OPTION_STRINGS)
			strings_clear(field(conf, &conf_options[i]));
	}
	for (i = 0; i < conf->nlist_settings; i++) {
		free(conf->list_settings[i].name);
		free(conf->list_settings[i].window);
	}
	free(conf->list_settings);
	free(conf);
}

/* One file being read. inih does not pass line numbers on, so its line reader counts them. */
struct reading {
	struct conf *conf;
	const char *path;
	FILE *file;
	int line;
	int wrong;
	bool seen[CONF_NOPTIONS];
};

static char *
read_line(char *out, int size, void *arg)
{
	struct reading *reading = arg;
	char *got = fgets(out, size, reading->file);
	size_t len;
	int c;

	if (got == NULL)
		return NULL;
	reading->line++;
	len = strlen(got);
	if (len > 0 && got[len - 1] != '\n' && !feof(reading->file)) {
		/* inih would take the rest for a line of its own. */
		c = fgetc(reading->file);
		if (c == EOF)
			return got;
		log_errorx("%s:%d: the line is too long; lists may go on, indented, on the next line",
		    reading->path, reading->line);
		reading->wrong++;
		while (c != '\n' && c != EOF)
			c = fgetc(reading->file);
	}
	return got;
}

static int
take_value(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *reading = arg;
	const struct option *option = find(section, strlen(section), name);
	bool list = strncmp(section, "list ", 5) == 0;
	char *wrong;

	if (list) {
		wrong = list_set(reading->conf, section + 5 + strspn(section + 5, " "), name, value);
	} else if (option == NULL) {
		log_errorx("%s:%d: there is no option '%s' in section [%s]", reading->path,
		    reading->line, name, section);
		reading->wrong++;
		return 1;
	}
	if (!list) {
		/* A list may be given on several lines of a file; together they replace what was before. */
		wrong = set(reading->conf, option, value, !reading->seen[option - conf_options]);
		reading->seen[option - conf_options] = true;
	}
	if (wrong != NULL) {
		log_errorx("%s:%d: %s: %s", reading->path, reading->line, name, wrong);
		reading->wrong++;
		free(wrong);
	}
	return 1;
}

int
conf_read(struct conf *conf, const char *path, bool may_be_missing)
{
	struct reading reading = {.conf = conf, .path = path};
	int bad;

	reading.file = fopen(path, "re");
	if (reading.file == NULL) {
		if (errno == ENOENT && may_be_missing)
			return 0;
		log_error("cannot read the configuration %s", path);
		return -1;
	}
	bad = ini_parse_stream(read_line, &reading, take_value, &reading);
	if (ferror(reading.file)) {
		log_errorx("cannot read the configuration %s", path);
		reading.wrong++;
	}
	fclose(reading.file);
	if (bad != 0) {
		log_errorx("%s:%d: this is neither [section] nor name = value", path, bad > 0 ? bad : 0);
		reading.wrong++;
	}
	return reading.wrong > 0 ? -1 : 0;
}

/* In the largest unit that it is a whole number of. */
static void
show_quantity(double v, const char *units, const double *factors, struct buf *out)
{
	size_t i;

	for (i = strlen(units); i > 0; i--)
		if (v >= factors[i - 1] && fmod(v, factors[i - 1]) == 0) {
			buf_printf(out, "%.0f%c", v / factors[i - 1], units[i - 1]);
			return;
		}
	buf_printf(out, "%.0f", v);
}

static void
show_list(const struct conf_list *list, struct buf *out)
{
	buf_printf(out, "\n[list %s]\n", list->name);
	if (list->every_s > 0) {
		buf_puts(out, "every = ");
		show_quantity(list->every_s, duration_units, duration_factors, out);
		buf_putc(out, '\n');
	}
	if (list->jitter >= 0)
		buf_printf(out, "jitter = %.15g\n", list->jitter);
	if (list->window != NULL)
		buf_printf(out, "window = %s\n", list->window);
}

static void
show_value(const struct conf *conf, const struct option *option, struct buf *out)
{
	const void *p = field_const(conf, option);
	const struct strings *list = p;
	size_t i;

	switch (option->type) {
	case OPTION_STRING:
		buf_puts(out, *(char *const *)p != NULL ? *(char *const *)p : "");
		break;
	case OPTION_STRINGS:
		/* One a line: inih cuts long lines. */
		for (i = 0; i < list->n; i++)
			buf_printf(out, "%s%s", i > 0 ? "\n    " : "", list->items[i]);
		break;
	case OPTION_BOOL:
		buf_puts(out, *(const bool *)p ? "yes" : "no");
		break;
	case OPTION_INT:
		buf_printf(out, "%d", *(const int *)p);
		break;
	case OPTION_DOUBLE:
		buf_printf(out, "%.15g", *(const double *)p);
		break;
	case OPTION_DURATION:
		show_quantity(*(const int *)p, duration_units, duration_factors, out);
		break;
	case OPTION_SIZE:
		show_quantity((double)*(const int64_t *)p, size_units, size_factors, out);
		break;
	}
}

/* Comment lines of at most 90 columns. */
static void
show_about(const char *about, struct buf *out)
{
	size_t len;

	while (*about != '\0') {
		len = strlen(about);
		if (len > 88) {
			len = 88;
			while (len > 0 && about[len] != ' ')
				len--;
		}
		buf_printf(out, "# %.*s\n", (int)len, about);
		about += len;
		about += strspn(about, " ");
	}
}

void
conf_show(const struct conf *conf, struct buf *out)
{
	const char *section = "";
	size_t i;

	for (i = 0; i < CONF_NOPTIONS; i++) {
		if (strcmp(section, conf_options[i].section) != 0) {
			section = conf_options[i].section;
			buf_printf(out, "%s[%s]\n", i > 0 ? "\n" : "", section);
		}
		show_about(conf_options[i].about, out);
		buf_printf(out, "%s = ", conf_options[i].name);
		show_value(conf, &conf_options[i], out);
		buf_putc(out, '\n');
	}
	for (i = 0; i < conf->nlist_settings; i++)
		show_list(&conf->list_settings[i], out);
}

int
conf_scaled(const struct conf *conf, int ms)
{
	double scaled = ms * conf->scale;

	if (scaled < 1)
		return 1;
	return scaled > INT_MAX ? INT_MAX : (int)scaled;
}
