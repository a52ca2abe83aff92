/* Retries with jitter. */
#include "probe/retry.h"

#include <stdlib.h>
#include <event2/event.h>

#include "probe/conf.h"
#include "probe/probe.h"
#include "results/failure.h"

static void
retry_fire(evutil_socket_t fd, short what, void *arg)
{
	struct retry *retry = arg;

	(void)fd;
	(void)what;
	retry->go(retry->arg);
}

void
retry_init(struct retry *retry, struct probe *probe, int most, void (*go)(void *arg), void *arg)
{
	*retry = (struct retry){.probe = probe, .attempt = 1, .most = most, .go = go, .arg = arg};
	evtimer_assign(&retry->timer, probe->base, retry_fire, retry);
}

bool
retry_later(struct retry *retry)
{
	const struct conf *conf = retry->probe->conf;
	struct timeval tv;
	int pause;

	if (retry->attempt >= retry->most)
		return false;
	pause = conf_scaled(conf, retry->attempt == 1 ? conf->retry1_ms : conf->retry2_ms);
	retry->attempt++;
	/* Half to one and a half times the pause: retries of many targets must not fall together. */
	pause = pause / 2 + (int)arc4random_uniform((unsigned)pause + 1);
	tv = (struct timeval){pause / 1000, pause % 1000 * 1000};
	event_add(&retry->timer, &tv);
	return true;
}

void
retry_now(struct retry *retry)
{
	event_del(&retry->timer);
	event_active(&retry->timer, EV_TIMEOUT, 1);
}

void
retry_stop(struct retry *retry)
{
	if (retry->probe != NULL)
		event_del(&retry->timer);
}

bool
retry_useful(const char *failure)
{
	switch (failure_find(failure)) {
	case FAILURE_NETWORK_UNREACHABLE:
	case FAILURE_NETWORK_DOWN:
	case FAILURE_ADDRESS_NOT_AVAILABLE:
	case FAILURE_ADDRESS_FAMILY_NOT_SUPPORTED:
	case FAILURE_PERMISSION_DENIED:
	case FAILURE_INVALID_ARGUMENT:
		return false;
	default:
		return true;
	}
}
