/* The default world, and who is where in it. What a scenario changes: world_conf.c. */
#include "tests/lab/world.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "tests/lab/world_certs.h"
#include "tests/lab/world_http.h"

/*
 * Addresses: 203.0.113.0/24 and 2001:db8:100:71::/64 are the country's own, all else is abroad.
 * "isp:", "public:" or "doh:" before an address says which resolvers tell of it; else all do.
 */
static const struct site_row {
	const char *name, *title, *addresses, *http;
	size_t page_size;
	int authority;
	const char *traits; /* of the table below */
} default_sites[] = {
    {"news1.lab", "The Daily Lab: headlines from everywhere", "198.18.1.1", "ok", 90000, 0,
        "host301"},
    {"news2.lab", "Lab Times", "198.18.1.2 2001:db8:100::1:2", "ok", 140000, 1, ""},
    {"news3.lab", "Radio Free Laboratory - news in five languages", "198.18.1.3", "ok", 60000, 2,
        "host404"},
    {"news4.lab", "Evening Bench", "198.18.1.4", "ok", 45000, 0, "alert"},
    {"news5.lab", "The Reagent", "198.18.1.5 2001:db8:100::1:5", "ok", 110000, 1, "host404"},
    {"news6.lab", "Pipette Post | independent reporting", "198.18.1.6", "ok", 38000, 2, ""},
    {"social1.lab", "Beaker: meet your friends", "198.18.2.1 2001:db8:100::2:1", "ok", 52000, 0,
        "quic"},
    {"social2.lab", "Chirp", "198.18.2.2", "ok", 33000, 1, "reset"},
    {"social3.lab", "Lens - photographs worth sharing", "198.18.2.3", "ok", 75000, 2, "host404"},
    {"social4.lab", "Forum of the World", "198.18.2.4", "ok", 64000, 0, "alert"},
    {"video1.lab", "Tube One", "198.18.3.1", "ok", 200000, 1, "quic"},
    {"video2.lab", "Flicker Films", "198.18.3.2 198.18.3.12", "ok", 150000, 2, "host301"},
    {"chat1.lab", "Whisper, a messenger for everybody", "198.18.4.1", "ok", 31000, 0, ""},
    {"chat2.lab", "Courier Web", "198.18.4.2 2001:db8:100::4:2", "ok", 47000, 1, "close"},
    {"mail1.lab", "Pigeon Mail", "198.18.5.1", "ok", 36000, 2, "host404"},
    {"wiki1.lab", "Everything, the encyclopedia", "198.18.6.1 2001:db8:100::6:1", "ok", 80000, 0,
        ""},
    {"blog1.lab", "A thousand diaries", "198.18.7.1", "ok", 58000, 1, ""},
    {"rights1.lab", "Watch for Human Rights in Laboratories", "198.18.8.1", "ok", 99000, 2, ""},
    {"code1.lab", "Commit - where code lives", "198.18.9.1", "ok", 70000, 0, "host404"},
    {"plain.lab", "A site from before", "198.18.10.1", "ok", 30000, 0, "plain"},
    {"cdn1.lab", "Fast one", "198.19.0.1 198.19.0.2 198.19.0.3 198.19.0.4", "ok", 42000, 1, ""},
    {"cdn2.lab", "Fast two", "198.19.0.3 198.19.0.4 198.19.0.5 198.19.0.6", "ok", 43000, 1, ""},
    {"cdn3.lab", "Fast three",
        "isp:198.19.0.11 isp:198.19.0.12 public:198.19.0.13 public:198.19.0.14 "
        "doh:198.19.0.15 doh:198.19.0.16",
        "ok", 44000, 1, ""},
    {"bank1.kz", "Halyk bench bank", "203.0.113.80 2001:db8:100:71::80", "ok", 40000, 0, ""},
    {"news1.kz", "News at home", "203.0.113.81", "ok", 66000, 1, "host404"},
    {"gov1.kz", "Services of the state", "203.0.113.82", "ok", 35000, 2, ""},

    {"control1.lab", "Control one", "198.18.100.1 2001:db8:100::100:1", "ok", 30000, 0, "alert"},
    {"control2.lab", "Control two", "198.18.101.1 2001:db8:100::101:1", "ok", 31000, 1, ""},
    {"control3.lab", "Control three", "192.0.2.3", "ok", 32000, 2, "host404"},
    {"control4.lab", "Control four", "198.18.103.1", "ok", 33000, 0, ""},
    {"control5.lab", "Control five", "192.0.2.5", "ok", 34000, 1, "host301"},
    {"control1.kz", "Domestic control one", "203.0.113.91 2001:db8:100:71::91", "ok", 30000, 0, ""},
    {"control2.kz", "Domestic control two", "203.0.113.92", "ok", 31000, 1, "host404"},
    {"control3.kz", "Domestic control three", "203.0.113.93", "ok", 32000, 2, "alert"},
    {"captive1.lab", "", "198.18.110.1", "204", 0, 0, "plain"},
    {"captive2.lab", "", "198.18.110.2", "success", 0, 0, "plain"},
    {"portal.lab", "Welcome to our network", "203.0.113.98", "login", 0, 0, "plain"},
    {"doh1.lab", "A resolver", "198.51.100.11", "ok", 5000, 0, "doh"},
    {"doh2.lab", "Another resolver", "198.51.100.12", "ok", 6000, 1, "alert doh"},
};

/* What is unusual about a site. Most have a default certificate and page, and no QUIC. */
static const struct {
	const char *name;
	enum world_stranger stranger;
	enum world_host host;
	bool plain, quic, doh;
} traits[] = {
    {"alert", STRANGER_ALERT, HOST_PAGE, false, false, false},
    {"close", STRANGER_CLOSE, HOST_PAGE, false, false, false},
    {"reset", STRANGER_RESET, HOST_PAGE, false, false, false},
    {"host404", STRANGER_DEFAULT, HOST_404, false, false, false},
    {"host301", STRANGER_DEFAULT, HOST_301, false, false, false},
    {"plain", STRANGER_DEFAULT, HOST_PAGE, true, false, false},
    {"quic", STRANGER_DEFAULT, HOST_PAGE, false, true, false},
    {"doh", STRANGER_DEFAULT, HOST_PAGE, false, false, true},
};

static const struct {
	const char *name, *ip;
	enum world_view view;
} default_resolvers[] = {
    {"isp", "203.0.113.53", VIEW_ISP},
    {"public1", "198.51.100.8", VIEW_PUBLIC},
    {"public2", "198.51.100.9", VIEW_PUBLIC},
    {"doh1.lab", "198.51.100.11", VIEW_DOH},
    {"doh2.lab", "198.51.100.12", VIEW_DOH},
};

static const struct {
	const char *prefix;
	enum world_view view;
} views[] = {{"isp:", VIEW_ISP}, {"public:", VIEW_PUBLIC}, {"doh:", VIEW_DOH}};

unsigned
world_views(char **text)
{
	size_t i, len;

	for (i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		len = strlen(views[i].prefix);
		if (strncmp(*text, views[i].prefix, len) != 0)
			continue;
		*text += len;
		return views[i].view;
	}
	return VIEW_ALL;
}

static void
add_address(struct world *world, struct site *site, char *text)
{
	struct site_address *address = ARENA_PUSH(world->arena, site->addresses, site->naddresses);
	bool valid;

	address->views = world_views(&text);
	valid = world_ip_parse(&address->ip, text);
	assert(valid);
	(void)valid;
}

static void
add_traits(struct site *site, const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(traits) / sizeof(traits[0]); i++) {
		if (strstr(text, traits[i].name) == NULL)
			continue;
		site->stranger =
		    traits[i].stranger != STRANGER_DEFAULT ? traits[i].stranger : site->stranger;
		site->host = traits[i].host != HOST_PAGE ? traits[i].host : site->host;
		site->plain |= traits[i].plain;
		site->quic |= traits[i].quic;
		site->doh |= traits[i].doh;
	}
}

static void
add_site(struct world *world, const struct site_row *row)
{
	struct site *site = ARENA_PUSH(world->arena, world->sites, world->nsites);
	char *text = arena_strdup(world->arena, row->addresses), *word, *rest;

	*site = (struct site){.name = row->name,
	    .title = row->title,
	    .authority = row->authority,
	    .cert = cert_kind_find("good"),
	    .http = http_kind_find(row->http),
	    .page_size = row->page_size};
	add_traits(site, row->traits);
	for (word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
		add_address(world, site, word);
}

struct world *
world_new(bool clean)
{
	struct arena *arena = arena_new();
	struct world *world = arena_alloc(arena, sizeof(*world));
	struct resolver *resolver;
	size_t i;

	world->arena = arena;
	world->clean = clean;
	for (i = 0; i < sizeof(default_sites) / sizeof(default_sites[0]); i++)
		add_site(world, &default_sites[i]);
	for (i = 0; i < sizeof(default_resolvers) / sizeof(default_resolvers[0]); i++) {
		resolver = ARENA_PUSH(arena, world->resolvers, world->nresolvers);
		resolver->name = default_resolvers[i].name;
		resolver->view = default_resolvers[i].view;
		world_ip_parse(&resolver->ip, default_resolvers[i].ip);
	}
	return world;
}

void
world_free(struct world *world)
{
	if (world != NULL)
		arena_free(world->arena);
}

static bool
is_named(const struct site *site, const char *name)
{
	if (strcasecmp(site->name, name) == 0)
		return true;
	return strncasecmp(name, "www.", 4) == 0 && strcasecmp(site->name, name + 4) == 0;
}

struct site *
world_site_named(const struct world *world, const char *name)
{
	size_t i;

	for (i = 0; i < world->nsites; i++)
		if (is_named(&world->sites[i], name))
			return &world->sites[i];
	return NULL;
}

static bool
is_at(const struct site *site, const struct world_ip *ip)
{
	size_t i;

	for (i = 0; i < site->naddresses; i++)
		if (world_ip_equal(&site->addresses[i].ip, ip))
			return true;
	return false;
}

const struct site *
world_site_at(const struct world *world, const struct world_ip *ip, const char *name)
{
	size_t i;

	if (name == NULL)
		return NULL;
	for (i = 0; i < world->nsites; i++)
		if (is_named(&world->sites[i], name) && is_at(&world->sites[i], ip))
			return &world->sites[i];
	return NULL;
}

const struct site *
world_default_at(const struct world *world, const struct world_ip *ip)
{
	size_t i;

	for (i = 0; i < world->nsites; i++)
		if (is_at(&world->sites[i], ip))
			return &world->sites[i];
	return NULL;
}

bool
world_is_blockpage(const struct world_ip *ip)
{
	struct world_ip blockpage;

	return world_ip_parse(&blockpage, WORLD_BLOCKPAGE) && world_ip_equal(&blockpage, ip);
}

const struct resolver *
world_resolver_at(const struct world *world, const struct world_ip *ip)
{
	size_t i;

	for (i = 0; i < world->nresolvers; i++)
		if (world_ip_equal(&world->resolvers[i].ip, ip))
			return &world->resolvers[i];
	return NULL;
}

const struct resolver *
world_resolver_named(const struct world *world, const char *name)
{
	size_t i;

	for (i = 0; i < world->nresolvers; i++)
		if (strcmp(world->resolvers[i].name, name) == 0)
			return &world->resolvers[i];
	return NULL;
}

static bool
forge_names(const struct forge *forge, const char *name)
{
	size_t i;

	for (i = 0; i < forge->nexcept; i++)
		if (strcasecmp(forge->except[i], name) == 0)
			return false;
	for (i = 0; i < forge->nnames; i++)
		if (strcmp(forge->names[i], "*") == 0 || strcasecmp(forge->names[i], name) == 0)
			return true;
	return false;
}

const struct forge *
world_forge_for(const struct world *world, const char *name)
{
	size_t i;

	for (i = 0; i < world->nforges; i++)
		if (forge_names(&world->forges[i], name))
			return &world->forges[i];
	return NULL;
}
