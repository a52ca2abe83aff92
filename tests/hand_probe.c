/* A probe made by hand. */
#include "tests/hand_probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <event2/event.h>

#include "base/mem.h"
#include "probe/curlloop.h"
#include "probe/limiter.h"
#include "probe/roots.h"
#include "probe/traffic.h"

struct hand_probe *
hand_probe_new(const char *roots)
{
	static char user_agent[] = "Mozilla/5.0 (test)";
	struct hand_probe *hand = xcalloc(1, sizeof(*hand));
	struct conf *conf = &hand->conf;
	struct probe *probe = &hand->probe;

	conf->scale = 1;
	conf->dns_ms = conf->tcp_ms = conf->tls_ms = conf->http_first_ms = conf->http_ms = 20000;
	conf->listen_ms = 100;
	conf->body_cap = 512 * 1024;
	conf->dns_in_flight = 100;
	conf->keep_bodies = true;
	conf->user_agent = user_agent;
	probe->conf = conf;
	probe->base = event_base_new();
	assert_non_null(probe->base);
	if (roots != NULL) {
		probe->roots = roots_load(roots);
		assert_non_null(probe->roots);
	}
	probe->traffic = traffic_new(&probe->bytes_in, &probe->bytes_out);
	probe->curl = curlloop_new(probe->base);
	assert_non_null(probe->curl);
	probe->dns = limiter_new(probe->base, conf->dns_in_flight);
	probe->addresses = limiter_new(probe->base, 1);
	return hand;
}

void
hand_probe_free(struct hand_probe *hand)
{
	struct probe *probe = &hand->probe;

	curlloop_free(probe->curl);
	traffic_free(probe->traffic);
	limiter_free(probe->dns);
	limiter_free(probe->addresses);
	assert_int_equal(event_base_get_num_events(probe->base, EVENT_BASE_COUNT_ADDED), 0);
	event_base_free(probe->base);
	if (probe->roots != NULL)
		roots_free(probe->roots);
	free(hand);
}

void
hand_probe_run(struct hand_probe *hand, const bool *done)
{
	while (!*done)
		assert_int_equal(event_base_loop(hand->probe.base, EVLOOP_ONCE), 0);
}

void
hand_probe_drain(struct hand_probe *hand)
{
	assert_true(event_base_loop(hand->probe.base, 0) >= 0);
}
