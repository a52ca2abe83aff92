/* A country that stands. */
#include "tests/lab/country.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/child.h"
#include "tests/lab/forwarder.h"
#include "tests/lab/relay.h"

enum { READY_MS = 20000 };

struct event_base *
country_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	base = event_base_new_with_config(config);
	event_config_free(config);
	if (base == NULL)
		log_fatalx("no event loop");
	return base;
}

int
country_log(const struct country *c, const char *name)
{
	char *path = arena_printf(c->arena, "%s/%s", c->dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		log_fatal("cannot write %s", path);
	return fd;
}

/* --- the world ------------------------------------------------------------------------------- */

/* Reads until the word comes. */
static int
wait_for_word(int fd, const char *word)
{
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	char said[256];
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(said) - 1 && poll(&ready, 1, READY_MS) == 1) {
		n = read(fd, said + len, sizeof(said) - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
		said[len] = '\0';
		if (strstr(said, word) != NULL)
			return 0;
	}
	return -1;
}

int
country_start_server(struct country *c, char *const *argv, const char *log, const char *word, pid_t *pid)
{
	int said[2], err = country_log(c, log), result;
	struct child_plan plan = {
	    .spaces = &c->spaces, .space = SPACE_WORLD, .argv = argv, .home = c->dir, .err = err};

	if (pipe2(said, O_CLOEXEC) != 0)
		log_fatal("no pipe");
	plan.out = said[1];
	*pid = child_start(&plan);
	close(said[1]);
	close(err);
	result = wait_for_word(said[0], word);
	close(said[0]);
	if (result != 0)
		log_errorx("%s %s did not get ready; see %s (--keep)", argv[0], argv[1], log);
	return result;
}

int
country_start_world(struct country *c, const char *path, bool clean)
{
	char *argv[] = {arena_strdup(c->arena, c->self), arena_strdup(c->arena, "world"),
	    arena_strdup(c->arena, path), arena_strdup(c->arena, "--certs"), arena_strdup(c->arena, c->certs),
	    clean ? arena_strdup(c->arena, "--clean") : NULL, NULL};

	return country_start_server(c, argv, "world.log", "ready", &c->world);
}

/* --- the way between ------------------------------------------------------------------------- */

int
country_open_road(struct country *c, const struct line *line, const struct rule *rules, size_t nrules, uint64_t seed)
{
	struct forwarder_plan plan = {
	    .base = c->base, .line = line, .rules = rules, .nrules = nrules, .seed = seed};

	memcpy(plan.home_mac, space_router_mac, MAC_SIZE);
	memcpy(plan.world_mac, space_world_mac, MAC_SIZE);
	space_enter(&c->spaces, SPACE_CENSOR);
	plan.home_fd = forwarder_socket(space_censor_home);
	plan.world_fd = forwarder_socket(space_censor_world);
	c->forwarder = forwarder_new(&plan);
	if (c->relay != NULL)
		return 0;
	space_enter(&c->spaces, SPACE_ROUTER);
	c->relay = relay_new(c->base, "192.168.1.1", "203.0.113.53");
	return c->relay != NULL ? 0 : -1;
}

void
country_close_road(struct country *c)
{
	forwarder_free(c->forwarder);
	c->forwarder = NULL;
}

void
country_end(struct country *c)
{
	country_close_road(c);
	relay_free(c->relay);
	child_end(c->world);
	event_base_free(c->base);
}
