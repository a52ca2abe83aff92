/* The censor's rules: reading them, and the parts of a match that need no flow. */
#include "tests/lab/rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum value_type { VALUE_NONE, VALUE_NUMBER, VALUE_TEXT };

/* --- matches --------------------------------------------------------------------------------- */

static const struct match_type {
	const char *name;
	enum value_type type;
	size_t offset; /* of a double or text; of a bool for VALUE_NONE */
} match_types[] = {
    {"sni", VALUE_TEXT, offsetof(struct rule, sni)},
    {"host", VALUE_TEXT, offsetof(struct rule, host)},
    {"qname", VALUE_TEXT, offsetof(struct rule, qname)},
    {"qtype", VALUE_NUMBER, offsetof(struct rule, qtype)},
    {"syn", VALUE_NONE, offsetof(struct rule, syn)},
    {"serverhello", VALUE_NONE, offsetof(struct rule, server_hello)},
    {"after_bytes", VALUE_NUMBER, offsetof(struct rule, after_bytes)},
    {"prob", VALUE_NUMBER, offsetof(struct rule, prob)},
    {"from", VALUE_NUMBER, offsetof(struct rule, from_s)},
    {"until", VALUE_NUMBER, offsetof(struct rule, until_s)},
};

static const struct {
	const char *name;
	int number;
} protocols[] = {{"tcp", PROTO_TCP}, {"udp", PROTO_UDP}, {"icmp", PROTO_ICMP}};

static bool
read_number(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && isfinite(*out) && *out >= 0;
}

static bool
read_prefix(struct rule *rule, const char *value, struct arena *arena)
{
	char *text = arena_strdup(arena, value), *slash = strchr(text, '/');
	double bits;

	if (slash != NULL)
		*slash = '\0';
	if (address_parse(text, &rule->prefix) != 0)
		return false;
	rule->bits = rule->prefix.version == 6 ? 128 : 32;
	if (slash == NULL)
		return true;
	if (!read_number(slash + 1, &bits) || bits > rule->bits)
		return false;
	rule->bits = (int)bits;
	return true;
}

static bool
read_where(struct rule *rule, const char *value, struct arena *arena)
{
	rule->where = strcmp(value, "domestic") == 0 ? WHERE_DOMESTIC
	    : strcmp(value, "foreign") == 0 ? WHERE_FOREIGN
					    : WHERE_PREFIX;
	return rule->where != WHERE_PREFIX || read_prefix(rule, value, arena);
}

static bool
read_protocol(struct rule *rule, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (strcmp(protocols[i].name, value) == 0)
			rule->proto = protocols[i].number;
	return rule->proto != 0;
}

static bool
read_match(struct rule *rule, const char *name, const char *value, struct arena *arena)
{
	double number;
	size_t i;

	if (strcmp(name, "dst") == 0)
		return value != NULL && read_where(rule, value, arena);
	if (strcmp(name, "proto") == 0)
		return value != NULL && read_protocol(rule, value);
	if (strcmp(name, "dport") == 0) {
		if (value == NULL || !read_number(value, &number) || number > 65535)
			return false;
		rule->dport = (int)number;
		return true;
	}
	for (i = 0; i < sizeof(match_types) / sizeof(match_types[0]); i++) {
		const struct match_type *type = &match_types[i];
		void *field = (char *)rule + type->offset;

		if (strcmp(type->name, name) != 0 || (value == NULL) != (type->type == VALUE_NONE))
			continue;
		if (type->type == VALUE_NUMBER)
			return read_number(value, field);
		if (type->type == VALUE_TEXT)
			*(const char **)field = arena_strdup(arena, value);
		else
			*(bool *)field = true;
		return true;
	}
	return false;
}

/* --- actions --------------------------------------------------------------------------------- */

static const struct action_type {
	const char *name;
	enum action_kind kind;
	enum value_type type;
} action_types[] = {
    {"drop", ACTION_DROP, VALUE_NONE},
    {"drop-packet", ACTION_DROP_PACKET, VALUE_NONE},
    {"drop-home", ACTION_DROP_HOME, VALUE_NONE},
    {"rst", ACTION_RST, VALUE_NONE},
    {"rst-client", ACTION_RST_CLIENT, VALUE_NONE},
    {"rst-server", ACTION_RST_SERVER, VALUE_NONE},
    {"fin", ACTION_FIN, VALUE_NONE},
    {"alert", ACTION_ALERT, VALUE_NUMBER},
    {"icmp", ACTION_ICMP, VALUE_NUMBER},
    {"dns", ACTION_DNS, VALUE_TEXT},
    {"only", ACTION_ONLY, VALUE_NONE},
    {"http", ACTION_HTTP, VALUE_TEXT},
    {"port", ACTION_PORT, VALUE_NUMBER},
    {"residual", ACTION_RESIDUAL, VALUE_NUMBER},
    {"rate", ACTION_RATE, VALUE_NUMBER},
    {"rate-dst", ACTION_RATE_DST, VALUE_NUMBER},
};

static const struct {
	const char *name;
	int rcode;
} rcodes[] = {{"empty", 0}, {"servfail", 2}, {"nxdomain", 3}, {"refused", 5}};

static const struct {
	const char *name;
	size_t offset; /* of a double */
} manners[] = {
    {"copies", offsetof(struct manner, copies)},
    {"after_ms", offsetof(struct manner, after_ms)},
    {"ttl", offsetof(struct manner, ttl)},
};

/* "192.0.2.1", "192.0.2.1,192.0.2.2" */
static bool
read_addresses(struct action *action, char *text)
{
	char *comma = strchr(text, ',');

	if (comma != NULL)
		*comma = '\0';
	return address_parse(text, &action->address) == 0 &&
	    (comma == NULL || address_parse(comma + 1, &action->second) == 0);
}

/* "nxdomain", "A:192.0.2.1" */
static bool
read_forgery(struct action *action, struct arena *arena)
{
	size_t i;

	if (strncmp(action->text, "A:", 2) == 0)
		return read_addresses(action, arena_strdup(arena, action->text + 2));
	for (i = 0; i < sizeof(rcodes) / sizeof(rcodes[0]); i++) {
		if (strcmp(rcodes[i].name, action->text) != 0)
			continue;
		action->number = rcodes[i].rcode;
		return true;
	}
	return false;
}

/* "200", "302:http://203.0.113.99/" */
static bool
read_response(struct action *action)
{
	char *end;

	action->number = (double)strtol(action->text, &end, 10);
	action->text = end + (*end == ':');
	return action->number == 200 ? *end == '\0' : action->number == 302 && *end == ':';
}

static bool
read_action(struct rule *rule, const char *name, const char *value, struct arena *arena)
{
	struct action *action = &rule->actions[rule->nactions];
	size_t i;

	for (i = 0; value != NULL && i < sizeof(manners) / sizeof(manners[0]); i++)
		if (strcmp(manners[i].name, name) == 0)
			return read_number(value, (double *)(void *)((char *)&rule->manner + manners[i].offset));
	for (i = 0; i < sizeof(action_types) / sizeof(action_types[0]); i++) {
		const struct action_type *type = &action_types[i];

		if (strcmp(type->name, name) != 0 || (value == NULL) != (type->type == VALUE_NONE))
			continue;
		rule->nactions++;
		action->kind = type->kind;
		if (type->type == VALUE_NUMBER)
			return read_number(value, &action->number);
		action->text = arena_strdup(arena, value);
		return type->kind == ACTION_DNS ? read_forgery(action, arena)
		    : type->kind == ACTION_HTTP ? read_response(action)
						: true;
	}
	return false;
}

const char *
rule_parse(struct rule *rule, const char *text, struct arena *arena)
{
	char *copy = arena_strdup(arena, text), *word, *value, *rest = NULL;
	bool acting = false, fine;

	*rule = (struct rule){.prob = 1, .until_s = INFINITY};
	for (word = strtok_r(copy, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest)) {
		if (!acting && strcmp(word, "do") == 0) {
			acting = true;
			continue;
		}
		value = strchr(word, '=');
		if (value != NULL)
			*value++ = '\0';
		if (rule->nactions == RULE_ACTIONS)
			return "too many actions";
		fine = acting ? read_action(rule, word, value, arena) : read_match(rule, word, value, arena);
		if (!fine)
			return arena_printf(arena, "%s '%s%s%s' is not understood", acting ? "action" : "match",
			    word, value != NULL ? "=" : "", value != NULL ? value : "");
	}
	return rule->nactions > 0 ? NULL : "there is no 'do' with an action";
}

/* --- matching -------------------------------------------------------------------------------- */

bool
rule_name_matches(const char *pattern, const char *name)
{
	size_t n = strlen(name), tail;

	if (strncmp(pattern, "*.", 2) != 0)
		return strcmp(pattern, name) == 0;
	tail = strlen(pattern + 1);
	return n > tail && strcmp(name + n - tail, pattern + 1) == 0;
}

bool
address_is_domestic(const struct address *a)
{
	static const struct address v4 = {4, {203, 0, 113}};

	return address_within(a, &v4, 24);
}

bool
rule_where_matches(const struct rule *rule, const struct address *server)
{
	if (rule->where == WHERE_ANY)
		return true;
	if (rule->where == WHERE_PREFIX)
		return address_within(server, &rule->prefix, rule->bits);
	return address_is_domestic(server) == (rule->where == WHERE_DOMESTIC);
}
