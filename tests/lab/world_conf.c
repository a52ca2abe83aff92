/*
 * The [world] section of a scenario: what is different from the default world. Keys repeat.
 *
 *	site = NAME KEY=VALUE...	adds a site, or changes one:
 *		ip=IP,IP ip6=IP,IP	"none" takes them away; "isp:", "public:" or "doh:" before
 *					an address says which resolvers tell of it
 *		moved=IP,IP		it was at ip=; now it is here
 *		plain=yes		http:// only
 *		quic=yes		answers on UDP 443, and says so in Alt-Svc
 *		cert=KIND		good expired wronghost selfsigned untrusted nointermediate
 *					rotated expiredint bigchain nul absurd expiredself
 *					internal
 *		http=KIND		ok 403 captcha 451 500 503 consent bare parked cut
 *					loop
 *					flood gzipbomb endless,
 *					or size=BYTES
 *		down=HOW		refuse silent noname
 *		dead=IP			refuses at this one of its addresses
 *		deaf=IP			keeps silent there
 *		certat=IP:KIND		has this certificate there
 *		flaky=SHARE		of the connections is reset after the ClientHello
 *		tls=HOW			alert close reset: with names that are not its own;
 *					alert:all close:all reset:all: with every name;
 *					alert:own ... silence:own: with its own name only
 *		slow=KBIT		per second, each connection
 *		late=MS			before the first byte of a response
 *		host=page|404|301	what names that are not its own get over http
 *		tls12=yes		speaks nothing newer
 *		port80=refuse|reset	refuses there, or resets every request
 *	resolver = WORD...		the provider's:
 *		dead			nothing comes back
 *		slow=MS			over UDP
 *		wildcard=IP,IP		for names that do not exist
 *		aaaa=KIND		to every question for IPv6: servfail refused silence
 *					nxdomain
 *		edns=no			a format error to whoever uses it
 *		lie=NAME:KIND		nxdomain refused servfail silence empty loop garbage, A:IP
 *	public = WORD...		the same, of the public ones over UDP
 *	doh = NAME|* WORD...		the same, of those over HTTPS; and off (they refuse),
 *					untrusted (their certificate)
 *	forge = names=NAME,NAME|* [except=NAME,NAME] style=STYLE [prob=SHARE]
 *					the interceptor on port 10443: qaznet unknown expired
 *					antivirus portal lookalike selfsigned
 *	blockpage = tls=refuse		on port 443; else it signed its certificate itself
 */
#include "tests/lab/world.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/world_certs.h"
#include "tests/lab/world_http.h"

/* ---- Words ---------------------------------------------------------------------------------- */

/* Where a value is one of a few words. */
struct word {
	const char *word;
	int value;
};

static bool
word_find(const struct word *words, const char *text, int *value)
{
	for (; words->word != NULL; words++)
		if (strcmp(words->word, text) == 0) {
			*value = words->value;
			return true;
		}
	return false;
}

static const struct word yes_no[] = {{"yes", 1}, {"no", 0}, {NULL, 0}};
static const struct word downs[] = {{"no", DOWN_NO}, {"refuse", DOWN_REFUSE},
    {"noname", DOWN_NONAME}, {"silent", DOWN_SILENT}, {NULL, 0}};
static const struct word strangers[] = {{"default", STRANGER_DEFAULT}, {"alert", STRANGER_ALERT},
    {"close", STRANGER_CLOSE}, {"reset", STRANGER_RESET}, {"silence", STRANGER_SILENCE}, {NULL, 0}};
static const struct word whos[] = {
    {"strangers", WHO_STRANGERS}, {"all", WHO_ALL}, {"own", WHO_OWN}, {NULL, 0}};
static const struct word hosts[] = {
    {"page", HOST_PAGE}, {"404", HOST_404}, {"301", HOST_301}, {NULL, 0}};
static const struct word doors[] = {{"refuse", 1}, {"reset", 2}, {NULL, 0}};
static const struct word lie_kinds[] = {{"nxdomain", LIE_NXDOMAIN}, {"refused", LIE_REFUSED},
    {"servfail", LIE_SERVFAIL}, {"silence", LIE_SILENCE}, {"empty", LIE_EMPTY}, {"loop", LIE_LOOP},
    {"garbage", LIE_GARBAGE}, {NULL, 0}};

static bool
share_parse(const char *text, double *share)
{
	char *end;

	*share = strtod(text, &end);
	return end != text && *end == '\0' && *share >= 0 && *share <= 1;
}

static bool
number_parse(const char *text, long most, long *number)
{
	char *end;

	*number = strtol(text, &end, 10);
	return end != text && *end == '\0' && *number >= 0 && *number <= most;
}

/* ---- Sites ---------------------------------------------------------------------------------- */

/* The first address of a family replaces those that the site had. */
static bool
set_addresses(struct world *world, struct site *site, char *value, bool v4)
{
	struct site_address *address;
	struct world_ip ip;
	size_t i, kept = 0;
	unsigned views;
	char *text;

	for (i = 0; i < site->naddresses; i++)
		if (world_ip_is_v4(&site->addresses[i].ip) != v4)
			site->addresses[kept++] = site->addresses[i];
	site->naddresses = kept;
	if (kept == 0)
		site->addresses = NULL;
	while ((text = strsep(&value, ",")) != NULL) {
		if (strcmp(text, "none") == 0)
			continue;
		views = world_views(&text);
		if (!world_ip_parse(&ip, text) || world_ip_is_v4(&ip) != v4)
			return false;
		address = ARENA_PUSH(world->arena, site->addresses, site->naddresses);
		*address = (struct site_address){.ip = ip, .views = views};
	}
	return true;
}

static bool
set_ip(struct world *world, struct site *site, char *value)
{
	return set_addresses(world, site, value, true);
}

static bool
set_ip6(struct world *world, struct site *site, char *value)
{
	return set_addresses(world, site, value, false);
}

/* In the clean world it is where it was. */
static bool
set_moved(struct world *world, struct site *site, char *value)
{
	return set_addresses(world, site, value, true);
}

static bool
set_cert(struct world *world, struct site *site, char *value)
{
	(void)world;
	site->cert = cert_kind_find(value);
	return site->cert != NULL;
}

static bool
set_http(struct world *world, struct site *site, char *value)
{
	long size;

	(void)world;
	if (strncmp(value, "size=", 5) == 0) {
		if (!number_parse(value + 5, 100000000, &size))
			return false;
		site->page_size = (size_t)size;
		return true;
	}
	site->http = http_kind_find(value);
	return site->http != NULL;
}

static bool
set_down(struct world *world, struct site *site, char *value)
{
	int down;

	(void)world;
	if (!word_find(downs, value, &down))
		return false;
	site->down = (enum world_down)down;
	return true;
}

/* One of the site's addresses; NULL: it is none of them. */
static struct site_address *
address_of(struct site *site, const char *text)
{
	struct world_ip ip;
	size_t i;

	for (i = 0; world_ip_parse(&ip, text) && i < site->naddresses; i++)
		if (world_ip_equal(&site->addresses[i].ip, &ip))
			return &site->addresses[i];
	return NULL;
}

static bool
set_dead(struct world *world, struct site *site, char *value)
{
	struct site_address *address = address_of(site, value);

	(void)world;
	return address != NULL && (address->dead = true);
}

static bool
set_deaf(struct world *world, struct site *site, char *value)
{
	struct site_address *address = address_of(site, value);

	(void)world;
	return address != NULL && (address->deaf = true);
}

static bool
set_cert_at(struct world *world, struct site *site, char *value)
{
	char *kind = strrchr(value, ':');
	struct site_address *address;

	(void)world;
	if (kind == NULL)
		return false;
	*kind++ = '\0';
	address = address_of(site, value);
	return address != NULL && (address->cert = cert_kind_find(kind)) != NULL;
}

static bool
set_flaky(struct world *world, struct site *site, char *value)
{
	(void)world;
	return share_parse(value, &site->flaky);
}

/* "reset": with strangers; "reset:all": with everybody; "reset:own": with those who come for it. */
static bool
set_tls(struct world *world, struct site *site, char *value)
{
	char *word = strsep(&value, ":");
	int stranger, who = WHO_STRANGERS;

	(void)world;
	if (!word_find(strangers, word, &stranger) ||
	    (value != NULL && !word_find(whos, value, &who)))
		return false;
	site->stranger = (enum world_stranger)stranger;
	site->stranger_who = (enum world_who)who;
	return true;
}

static bool
set_quic(struct world *world, struct site *site, char *value)
{
	int yes;

	(void)world;
	if (!word_find(yes_no, value, &yes))
		return false;
	site->quic = yes;
	return true;
}

static bool
set_plain(struct world *world, struct site *site, char *value)
{
	int yes;

	(void)world;
	if (!word_find(yes_no, value, &yes))
		return false;
	site->plain = yes;
	return true;
}

static bool
set_slow(struct world *world, struct site *site, char *value)
{
	long kbit;

	(void)world;
	if (!number_parse(value, 1000000, &kbit))
		return false;
	site->slow_kbit = (int)kbit;
	return true;
}

static bool
set_host(struct world *world, struct site *site, char *value)
{
	int host;

	(void)world;
	if (!word_find(hosts, value, &host))
		return false;
	site->host = (enum world_host)host;
	return true;
}

static bool
set_late(struct world *world, struct site *site, char *value)
{
	long ms;

	(void)world;
	if (!number_parse(value, 60000, &ms))
		return false;
	site->late_ms = (int)ms;
	return true;
}

static bool
set_tls12(struct world *world, struct site *site, char *value)
{
	int yes;

	(void)world;
	if (!word_find(yes_no, value, &yes))
		return false;
	site->tls12 = yes;
	return true;
}

static bool
set_port80(struct world *world, struct site *site, char *value)
{
	int door;

	(void)world;
	if (!word_find(doors, value, &door))
		return false;
	site->no_port80 = door == 1;
	site->resets_port80 = door == 2;
	return true;
}

static const struct site_key {
	const char *name;
	bool (*set)(struct world *world, struct site *site, char *value);
	bool fault; /* not in the clean world */
} site_keys[] = {
    {"ip", set_ip, false},
    {"ip6", set_ip6, false},
    {"plain", set_plain, false},
    {"quic", set_quic, false},
    {"host", set_host, false},
    {"moved", set_moved, true},
    {"cert", set_cert, true},
    {"http", set_http, true},
    {"down", set_down, true},
    {"dead", set_dead, true},
    {"flaky", set_flaky, true},
    {"tls", set_tls, true},
    {"slow", set_slow, true},
    {"deaf", set_deaf, true},
    {"certat", set_cert_at, true},
    {"late", set_late, true},
    {"tls12", set_tls12, false},
    {"port80", set_port80, true},
};

static const struct site_key *
site_key_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(site_keys) / sizeof(site_keys[0]); i++)
		if (strcmp(site_keys[i].name, name) == 0)
			return &site_keys[i];
	return NULL;
}

/* A site that the default world has not: a place of its own, unless the line gives another. */
static struct site *
site_new(struct world *world, const char *name)
{
	struct site *site = ARENA_PUSH(world->arena, world->sites, world->nsites);
	struct site_address *address = ARENA_PUSH(world->arena, site->addresses, site->naddresses);

	*address = (struct site_address){.views = VIEW_ALL};
	world_ip_parse(&address->ip,
	    arena_printf(world->arena, "198.18.200.%u", (unsigned)(world->nsites % 250 + 1)));
	site->name = name;
	site->title = arena_printf(world->arena, "The site %s", name);
	site->cert = cert_kind_find("good");
	site->http = http_kind_find("ok");
	site->page_size = 41000;
	site->authority = (int)(world->nsites % CERT_AUTHORITIES);
	return site;
}

static const char *
set_site(struct world *world, char *words)
{
	char *name = strsep(&words, " \t"), *word, *value;
	struct site *site = world_site_named(world, name);
	const struct site_key *key;

	if (site == NULL)
		site = site_new(world, name);
	while ((word = strsep(&words, " \t")) != NULL) {
		if (*word == '\0')
			continue;
		value = word;
		word = strsep(&value, "=");
		key = value == NULL ? NULL : site_key_find(word);
		if (key == NULL)
			return arena_printf(world->arena, "a site has no '%s'", word);
		if (key->fault && world->clean)
			continue;
		if (!key->set(world, site, value))
			return arena_printf(world->arena, "a site's %s cannot be that", key->name);
	}
	return NULL;
}

/* ---- Resolvers ------------------------------------------------------------------------------ */

/* NAME:nxdomain, or NAME:A:IP; an address of the other family has no answers. */
static const char *
add_lie(struct world *world, struct resolver *resolver, char *value)
{
	struct lie *lie = ARENA_PUSH(world->arena, resolver->lies, resolver->nlies);
	int kind;

	lie->name = strsep(&value, ":");
	if (value == NULL)
		return "a lie is NAME:KIND";
	if (strncmp(value, "A:", 2) == 0) {
		lie->kind = LIE_ADDRESS;
		return world_ip_parse(&lie->ip, value + 2) ? NULL : "a lie's address is none";
	}
	if (!word_find(lie_kinds, value, &kind))
		return "there is no such kind of lie";
	lie->kind = (enum lie_kind)kind;
	return NULL;
}

static bool
set_wildcards(struct resolver *resolver, char *value)
{
	char *text;

	resolver->wildcard = true;
	while ((text = strsep(&value, ",")) != NULL) {
		if (resolver->nwildcard_ips == WILDCARDS_MAX ||
		    !world_ip_parse(&resolver->wildcard_ips[resolver->nwildcard_ips], text))
			return false;
		resolver->nwildcard_ips++;
	}
	return true;
}

static bool
set_aaaa(struct resolver *resolver, const char *value)
{
	int kind;

	if (!word_find(lie_kinds, value, &kind))
		return false;
	resolver->aaaa = (enum lie_kind)kind;
	return resolver->lies_about_aaaa = true;
}

static const char *
set_resolver_word(struct world *world, struct resolver *resolver, char *word)
{
	struct site *site = world_site_named(world, resolver->name); /* NULL: not over HTTPS */
	char *value = word;
	long ms;

	word = strsep(&value, "=");
	if (strcmp(word, "dead") == 0 || strcmp(word, "off") == 0) {
		resolver->dead = true;
		if (site != NULL)
			site->down = DOWN_REFUSE;
		return NULL;
	}
	if (strcmp(word, "untrusted") == 0 && site != NULL) {
		site->cert = cert_kind_find("untrusted");
		return NULL;
	}
	if (value == NULL)
		return arena_printf(world->arena, "a resolver has no '%s'", word);
	if (strcmp(word, "lie") == 0)
		return add_lie(world, resolver, value);
	if (strcmp(word, "slow") == 0 && number_parse(value, 60000, &ms)) {
		resolver->slow_ms = (int)ms;
		return NULL;
	}
	if (strcmp(word, "edns") == 0 && strcmp(value, "no") == 0) {
		resolver->no_edns = true;
		return NULL;
	}
	if ((strcmp(word, "aaaa") == 0 && set_aaaa(resolver, value)) ||
	    (strcmp(word, "wildcard") == 0 && set_wildcards(resolver, value)))
		return NULL;
	return arena_printf(world->arena, "a resolver cannot have that %s", word);
}

/* The words, for each resolver of this view, or the one of this name. */
static const char *
set_resolvers(struct world *world, const char *words, enum world_view view, const char *name)
{
	const char *wrong = NULL;
	char *copy, *word;
	size_t i;

	for (i = 0; i < world->nresolvers; i++) {
		struct resolver *resolver = &world->resolvers[i];

		if (resolver->view != view || (name != NULL && strcmp(name, resolver->name) != 0))
			continue;
		copy = arena_strdup(world->arena, words);
		while ((word = strsep(&copy, " \t")) != NULL && wrong == NULL)
			if (*word != '\0')
				wrong = set_resolver_word(world, resolver, word);
	}
	return wrong;
}

static const char *
set_isp(struct world *world, char *words)
{
	return set_resolvers(world, words, VIEW_ISP, NULL);
}

static const char *
set_public(struct world *world, char *words)
{
	return set_resolvers(world, words, VIEW_PUBLIC, NULL);
}

/* "doh1.lab lie=...", or "* off" for all of them. */
static const char *
set_doh(struct world *world, char *words)
{
	const char *name = strsep(&words, " \t");

	if (words == NULL)
		return "which resolver over HTTPS, and what of it?";
	if (strcmp(name, "*") == 0)
		name = NULL;
	else if (world_resolver_named(world, name) == NULL)
		return "there is no such resolver";
	return set_resolvers(world, words, VIEW_DOH, name);
}

/* ---- On the path ---------------------------------------------------------------------------- */

static void
add_names(struct world *world, char ***list, size_t *n, char *names)
{
	char *name, **slot;

	while ((name = strsep(&names, ",")) != NULL) {
		slot = ARENA_PUSH(world->arena, *list, *n);
		*slot = name;
	}
}

static const char *
set_forge(struct world *world, char *words)
{
	struct forge *forge = ARENA_PUSH(world->arena, world->forges, world->nforges);
	char *word, *value;

	forge->probability = 1;
	while ((word = strsep(&words, " \t")) != NULL) {
		if (*word == '\0')
			continue;
		value = word;
		word = strsep(&value, "=");
		if (value != NULL && strcmp(word, "names") == 0)
			add_names(world, &forge->names, &forge->nnames, value);
		else if (value != NULL && strcmp(word, "except") == 0)
			add_names(world, &forge->except, &forge->nexcept, value);
		else if (value != NULL && strcmp(word, "style") == 0)
			forge->style = value;
		else if (value == NULL || strcmp(word, "prob") != 0 ||
		         !share_parse(value, &forge->probability))
			return arena_printf(world->arena, "forging has no such '%s'", word);
	}
	if (forge->nnames == 0 || forge->style == NULL || !cert_style_exists(forge->style))
		return "forging needs names= and a style= that exists";
	return NULL;
}

static const char *
set_blockpage(struct world *world, char *words)
{
	if (strcmp(words, "tls=refuse") != 0 && strcmp(words, "tls=selfsigned") != 0)
		return "tls=refuse or tls=selfsigned";
	world->blockpage_refuses = strcmp(words, "tls=refuse") == 0;
	return NULL;
}

/* ---- Lines ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *(*set)(struct world *world, char *words);
	bool fault; /* not in the clean world */
} keys[] = {
    {"site", set_site, false},
    {"resolver", set_isp, true},
    {"public", set_public, true},
    {"doh", set_doh, true},
    {"forge", set_forge, true},
    {"blockpage", set_blockpage, true},
};

const char *
world_set(struct world *world, const char *key, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].name, key) != 0)
			continue;
		return keys[i].fault && world->clean
		           ? NULL
		           : keys[i].set(world, arena_strdup(world->arena, value));
	}
	return arena_printf(world->arena, "the world has no '%s'", key);
}

struct reading {
	struct world *world;
	const char *path;
	int nwrong;
};

/* The line is quoted: inih numbers only the first bad one. */
static int
on_line(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *reading = arg;
	const char *wrong;

	if (strcmp(section, "world") != 0)
		return 1;
	wrong = world_set(reading->world, name, value);
	if (wrong != NULL) {
		log_warnx("%s: %s = %s: %s", reading->path, name, value, wrong);
		reading->nwrong++;
	}
	return 1;
}

int
world_read(struct world *world, const char *path)
{
	struct reading reading = {world, path, 0};
	int rc = ini_parse(path, on_line, &reading);

	if (rc < 0)
		log_warn("%s", path);
	if (rc > 0)
		log_warnx("%s:%d: not INI", path, rc);
	return rc != 0 || reading.nwrong > 0 ? -1 : 0;
}
