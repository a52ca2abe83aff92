/* One DNS query over HTTPS, through libcurl. What was asked and answered: lookup.h. */
#include "probe/check_doh.h"

#include <netinet/in.h>
#include <linux/tcp.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/limiter.h"
#include "probe/lookup.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "probe/traffic.h"
#include "probe/transfer.h"
#include "results/failure.h"

struct check_doh {
	struct lookup lookup;
	struct limiter_slot turn;
	struct transfer transfer;
	struct buf question, reply;
};

static const char dns_message[] = "application/dns-message";

/* More than a DNS message can have: no use to read on. */
static size_t
doh_on_body(char *data, size_t size, size_t n, void *arg)
{
	struct check_doh *doh = arg;

	if (doh->lookup.check.state != CHECK_RUNNING)
		return 0;
	if (doh->reply.len + size * n > DNS_MESSAGE_MAX) {
		check_finish(&doh->lookup.check, "unknown_failure: doh: answer too large");
		return 0;
	}
	buf_add(&doh->reply, data, size * n);
	return size * n;
}

/*
 * In the place of transfer.c's own, whose work it does, too: what the connection carries is to be counted.
 *
 * A connection that queries share must not take them all down when the path swallows it: once
 * what we sent stays unacknowledged for a query's time, the kernel ends it, and the next query gets
 * a new one.
 */
static int
doh_on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	const struct probe *probe = arg;
	unsigned int ms = (unsigned int)conf_scaled(probe->conf, probe->conf->dns_ms);

	(void)purpose;
	traffic_opened(probe->traffic, fd);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
	return CURL_SOCKOPT_OK;
}

/* What the HTTP response says against taking its body for an answer; NULL nothing. */
static const char *
response_failure(const struct check_doh *doh)
{
	const char *type = NULL;
	size_t len = strlen(dns_message);
	long status = 0;

	curl_easy_getinfo(doh->transfer.easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(doh->transfer.easy, CURLINFO_CONTENT_TYPE, &type);
	if (status != 200)
		return arena_printf(
		    doh->lookup.check.m->arena, "unknown_failure: doh: HTTP status %ld", status);
	if (type == NULL || strncasecmp(type, dns_message, len) != 0 ||
	    (type[len] != '\0' && strchr("; \t", type[len]) == NULL))
		return "unknown_failure: doh: not a DNS message";
	return NULL;
}

static void
doh_on_end(CURL *easy, CURLcode code, void *arg)
{
	struct check_doh *doh = arg;
	struct lookup *lookup = &doh->lookup;
	const char *failure;

	(void)easy;
	if (lookup->check.state != CHECK_RUNNING)
		return;
	failure = transfer_failure(&doh->transfer, code, "doh", lookup->check.m->arena);
	if (failure == NULL)
		failure = response_failure(doh);
	if (failure == NULL)
		failure = lookup_receive(lookup, doh->reply.data, doh->reply.len, -1, true) ==
		                  LOOKUP_ANSWER
		              ? lookup->outcome
		              : lookup_silence(lookup);
	check_finish(&lookup->check, failure);
}

/* False after finishing the check. */
static bool
doh_open(struct check_doh *doh)
{
	struct check *check = &doh->lookup.check;
	const struct resolver *resolver = doh->lookup.resolver;
	struct transfer *t = &doh->transfer;

	if (!transfer_open(t, check->probe, resolver->address)) {
		check_finish(check, failure_name(FAILURE_INVALID_ARGUMENT));
		return false;
	}
	if (!transfer_host_is_address(t) &&
	    !transfer_pin_host(t, resolver->server.pins, resolver->server.npins)) {
		check_finish(check, "unknown_failure: doh: the resolver has no address");
		return false;
	}
	return true;
}

/* The turn has come: from now on the time counts. */
static void
doh_go(void *arg)
{
	struct check_doh *doh = arg;
	struct check *check = &doh->lookup.check;
	struct transfer *t = &doh->transfer;

	if (check->state != CHECK_RUNNING)
		return;
	check_set_deadline(check, check->timeout_ms);
	if (!lookup_begin(&doh->lookup) || !doh_open(doh))
		return;
	dns_question_write(&doh->lookup.question, false, &doh->question);
	transfer_header(t, "Content-Type: application/dns-message");
	transfer_header(t, "Accept: application/dns-message");
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)doh->question.len);
	curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, doh->question.data);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, doh_on_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, doh);
	curl_easy_setopt(t->easy, CURLOPT_SOCKOPTFUNCTION, doh_on_socket);
	curl_easy_setopt(t->easy, CURLOPT_SOCKOPTDATA, check->probe);
	/*
	 * Rather wait for a connection that others open than open one more; but only at a server that has
	 * answered before. libcurl 7.88 forgets some of those who wait when the connection fails at once.
	 */
	curl_easy_setopt(t->easy, CURLOPT_PIPEWAIT, (long)(doh->lookup.resolver->health.answered > 0));
	if (check->attempt > 1)
		curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
	transfer_start(t, doh_on_end, doh);
}

/* Each server has its own turns: hundreds of handshakes at once would be our fault, not its. */
static void
doh_start(struct check *check)
{
	struct check_doh *doh = (struct check_doh *)check;

	limiter_enter(check->probe->dns, &doh->turn, doh->lookup.resolver->address, doh_go, doh);
}

static void
doh_timeout(struct check *check)
{
	if (((struct check_doh *)check)->lookup.begun)
		check_finish(check, failure_name(FAILURE_GENERIC_TIMEOUT));
	else
		check_set_deadline(check, check->timeout_ms);
}

static void
doh_stop(struct check *check)
{
	struct check_doh *doh = (struct check_doh *)check;

	limiter_leave(check->probe->dns, &doh->turn);
	if (!check->cancelled)
		lookup_save(&doh->lookup);
	transfer_close(&doh->transfer);
	buf_free(&doh->question);
	buf_free(&doh->reply);
}

static const struct check_type check_type_doh = {
    .name = "doh",
    .size = sizeof(struct check_doh),
    .start = doh_start,
    .timeout = doh_timeout,
    .stop = doh_stop,
};

struct check *
check_doh_new(struct probe *probe, struct measurement *m, const struct resolver *resolver,
    const char *hostname, enum dns_type type, void (*done)(struct check *check, void *arg),
    void *arg)
{
	return &lookup_new(&check_type_doh, probe, m, resolver, hostname, type, done, arg)->check;
}
