/* Scenario files: INI, read with inih; one table says which keys there are. */
#include "tests/lab/scenario.h"

#include <errno.h>
#include <ini.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/censor.h"

/* --- columns --------------------------------------------------------------------------------- */

static const char *const column_names[COLUMN_MAX] = {
    "lone-first", "lone-week", "vantage-first", "vantage-week"};

const char *
column_name(enum column column)
{
	return column_names[column];
}

enum column
column_find(const char *name)
{
	int i;

	for (i = 0; i < COLUMN_MAX; i++)
		if (strcmp(column_names[i], name) == 0)
			break;
	return (enum column)i;
}

bool
column_has_vantage(enum column column)
{
	return column == VANTAGE_FIRST || column == VANTAGE_WEEK;
}

bool
column_has_week(enum column column)
{
	return column == LONE_WEEK || column == VANTAGE_WEEK;
}

/* --- values: each returns NULL, or what is wrong --------------------------------------------- */

typedef const char *value_reader(struct scenario *s, void *field, const char *value);

/* A value that goes on, indented, on the next line comes again. */
static const char *
read_text(struct scenario *s, void *field, const char *value)
{
	const char **text = field;

	*text = *text == NULL ? arena_strdup(s->arena, value) : arena_printf(s->arena, "%s %s", *text, value);
	return NULL;
}

static const char *
read_yes(struct scenario *s, void *field, const char *value)
{
	static const char *const yes[] = {"yes", "true"}, *const no[] = {"no", "false"};
	size_t i;

	(void)s;
	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
			*(bool *)field = strcmp(value, yes[i]) == 0;
			return NULL;
		}
	return "should be yes or no";
}

static const char *
read_number(struct scenario *s, void *field, const char *value)
{
	char *end;

	(void)s;
	*(double *)field = strtod(value, &end);
	return end != value && *end == '\0' && isfinite(*(double *)field) ? NULL : "is not a number";
}

static const char *
read_int(struct scenario *s, void *field, const char *value)
{
	double number;

	if (read_number(s, &number, value) != NULL || number != floor(number) || fabs(number) > 1e9)
		return "is not a whole number";
	*(int *)field = (int)number;
	return NULL;
}

static const char *
read_words(struct scenario *s, void *field, const char *value)
{
	struct words *words = field;
	char *copy = arena_strdup(s->arena, value), *word, *rest = NULL;

	for (word = strtok_r(copy, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest))
		*ARENA_PUSH(s->arena, words->items, words->n) = word;
	return NULL;
}

static const char *
add_column(unsigned *columns, const char *word)
{
	enum column column = column_find(word);

	if (column == COLUMN_MAX)
		return "names a column that there is not";
	*columns |= 1U << column;
	return NULL;
}

static const char *
read_columns(struct scenario *s, void *field, const char *value)
{
	struct words words = {0};
	const char *wrong = NULL;
	size_t i;

	read_words(s, &words, value);
	*(unsigned *)field = 0;
	for (i = 0; i < words.n && wrong == NULL; i++)
		wrong = add_column(field, words.items[i]);
	return wrong;
}

/* URL NOTES: a line of the probe's list of controls. */
static const char *
read_control(struct scenario *s, void *field, const char *value)
{
	struct words *controls = field;

	if (strpbrk(value, " \t") == NULL || strchr(value, ',') != NULL)
		return "should be URL NOTES";
	*ARENA_PUSH(s->arena, controls->items, controls->n) = arena_strdup(s->arena, value);
	return NULL;
}

/* URL STATUSES MECHANISMS [COLUMN...] */
static const char *
read_target(struct scenario *s, void *field, const char *value)
{
	struct truth_target target = {0};
	struct words words = {0};
	const char *wrong = NULL;
	size_t i;

	(void)field;
	read_words(s, &words, value);
	if (words.n < 3)
		return "should be URL STATUSES MECHANISMS [COLUMN...]";
	target.url = words.items[0];
	target.statuses = words.items[1];
	target.mechanisms = words.items[2];
	for (i = 3; i < words.n && wrong == NULL; i++)
		wrong = add_column(&target.columns, words.items[i]);
	*ARENA_PUSH(s->arena, s->targets, s->ntargets) = target;
	return wrong;
}

static const char *
read_rule(struct scenario *s, void *field, const char *value)
{
	(void)field;
	if (s->nrules == CENSOR_RULES)
		return "is one rule too many";
	return rule_parse(ARENA_PUSH(s->arena, s->rules, s->nrules), value, s->arena);
}

static const char *
read_family(struct scenario *s, void *field, const char *value)
{
	static const char *const names[] = {"4", "46", "6broken"};
	size_t i;

	(void)s;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], value) == 0) {
			*(enum family *)field = (enum family)i;
			return NULL;
		}
	return "should be 4, 46 or 6broken";
}

static const char *
read_link(struct scenario *s, void *field, const char *value)
{
	(void)s;
	*(bool *)field = strcmp(value, "down") == 0;
	return *(bool *)field ? NULL : "can only be down";
}

static const char *
read_gateway(struct scenario *s, void *field, const char *value)
{
	(void)s;
	*(bool *)field = strcmp(value, "dead") == 0;
	return *(bool *)field ? NULL : "can only be dead";
}

static const char *
read_clock_step(struct scenario *s, void *field, const char *value)
{
	char rest;

	(void)field;
	return sscanf(value, "%d %lf%c", &s->line.clock_step_s, &s->line.clock_step_at_s, &rest) == 2
	    ? NULL
	    : "should be two numbers: seconds, and the second at which the clock steps";
}

/* --- the keys -------------------------------------------------------------------------------- */

#define AT(field) offsetof(struct scenario, field)

static const struct key {
	const char *section, *name;
	value_reader *read;
	size_t offset;
} keys[] = {
    {"scenario", "title", read_text, AT(title)},
    {"scenario", "about", read_text, AT(about)},
    {"scenario", "why", read_text, AT(why)},
    {"scenario", "chance", read_yes, AT(chance)},
    {"scenario", "scale", read_number, AT(scale)},
    {"truth", "target", read_target, 0},
    {"truth", "network", read_text, AT(network)},
    {"truth", "local_interception", read_text, AT(local_interception)},
    {"truth", "ipv6", read_text, AT(ipv6)},
    {"truth", "note", read_words, AT(notes)},
    {"line", "family", read_family, AT(line.family)},
    {"line", "resolver", read_text, AT(line.resolver)},
    {"line", "delay_ms", read_int, AT(line.delay_ms)},
    {"line", "rate_kbit", read_int, AT(line.rate_kbit)},
    {"line", "loss_pct", read_number, AT(line.loss_pct)},
    {"line", "mtu", read_int, AT(line.mtu)},
    {"line", "syn_limit", read_int, AT(line.syn_limit)},
    {"line", "link", read_link, AT(line.link_down)},
    {"line", "gateway", read_gateway, AT(line.gateway_dead)},
    {"line", "os_root", read_text, AT(line.os_root)},
    {"line", "clock_step", read_clock_step, 0},
    {"censor", "rule", read_rule, 0},
    {"run", "columns", read_columns, AT(columns)},
    {"run", "rounds", read_int, AT(rounds)},
    {"run", "args", read_words, AT(arguments)},
    {"run", "list", read_words, AT(list)},
    {"run", "control", read_control, AT(controls)},
    {"line", "up_kbit", read_int, AT(line.up_kbit)},
};

struct reading {
	struct scenario *scenario;
	int wrong;
};

static int
take_value(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *reading = arg;
	struct scenario *s = reading->scenario;
	const char *wrong = "is no key of a scenario";
	size_t i;

	if (strcmp(section, "world") == 0)
		return 1;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].name, name) == 0)
			wrong = keys[i].read(s, (char *)s + keys[i].offset, value);
	if (wrong != NULL) {
		log_errorx("%s: [%s] %s = %s: %s", s->path, section, name, value, wrong);
		reading->wrong++;
	}
	return 1;
}

static const char *
name_of(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	const char *end = strstr(name, ".ini");

	return arena_strndup(arena, name, end != NULL ? (size_t)(end - name) : strlen(name));
}

struct scenario *
scenario_read(const char *path)
{
	struct arena *arena = arena_new();
	struct scenario *s = arena_alloc(arena, sizeof(*s));
	struct reading reading = {.scenario = s};
	int line;

	s->arena = arena;
	s->path = arena_strdup(arena, path);
	s->name = name_of(path, arena);
	s->scale = 0.15;
	s->rounds = 1;
	s->columns = (1U << COLUMN_MAX) - 1;
	line = ini_parse(path, take_value, &reading);
	if (line < 0)
		log_error("cannot read the scenario %s", path);
	else if (line > 0)
		log_errorx("%s:%d: this is neither [section] nor key = value, or too long", path, line);
	if (line != 0 || reading.wrong > 0) {
		scenario_free(s);
		return NULL;
	}
	if (s->title == NULL)
		s->title = s->name;
	if (s->about == NULL)
		s->about = "";
	if (s->line.resolver == NULL)
		s->line.resolver = "router";
	return s;
}

void
scenario_free(struct scenario *scenario)
{
	if (scenario != NULL)
		arena_free(scenario->arena);
}

struct line
scenario_clean_line(const struct scenario *scenario)
{
	struct line line = {.family = scenario->line.family, .resolver = scenario->line.resolver};

	if (line.family == FAMILY_6BROKEN)
		line.family = FAMILY_46;
	return line;
}

const struct truth_target *
scenario_truth(const struct scenario *scenario, const char *url, enum column column)
{
	const struct truth_target *found = NULL, *t;
	size_t i;

	for (i = 0; i < scenario->ntargets; i++) {
		t = &scenario->targets[i];
		if (strcmp(t->url, url) != 0)
			continue;
		if ((t->columns & 1U << column) != 0)
			return t;
		if (t->columns == 0)
			found = t;
	}
	return found;
}
