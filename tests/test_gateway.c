/* Is the gateway there? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/event.h>

#include "probe/gateway.h"

struct reply {
	struct event_base *base;
	int times, answers;
};

static void
replied(bool answers, void *arg)
{
	struct reply *reply = arg;

	reply->times++;
	reply->answers = answers;
	event_base_loopbreak(reply->base);
}

/* What comes of asking there; once, and from the loop. */
static int
answers(const char *ip)
{
	struct reply reply = {.base = event_base_new(), .answers = -1};
	struct gateway_ask *ask = gateway_ask(reply.base, ip, 5000, replied, &reply);

	assert_int_equal(reply.times, 0);
	event_base_dispatch(reply.base);
	assert_int_equal(reply.times, 1);
	gateway_ask_free(ask);
	event_base_free(reply.base);
	return reply.answers;
}

/* Nothing listens there, and the kernel says so: a refusal is an answer. */
static void
a_refusal_is_an_answer(void **state)
{
	(void)state;
	assert_int_equal(answers("127.83.19.1"), 1);
}

/* The kernel refuses to send at all: nobody answered. */
static void
what_cannot_be_sent_is_no_answer(void **state)
{
	(void)state;
	assert_int_equal(answers("not an address"), 0);
}

static void
asking_can_be_given_up(void **state)
{
	struct reply reply = {.base = event_base_new()};

	(void)state;
	gateway_ask_free(gateway_ask(reply.base, "127.83.19.1", 5000, replied, &reply));
	gateway_ask_free(NULL);
	event_base_loop(reply.base, EVLOOP_NONBLOCK);
	assert_int_equal(reply.times, 0);
	event_base_free(reply.base);
}

/* Of who was never spoken to, and on the loopback interface, the kernel knows nothing. */
static void
a_stranger_was_not_heard_of(void **state)
{
	(void)state;
	assert_int_equal(gateway_heard("127.83.19.1", 60), -1);
	assert_int_equal(gateway_heard("not an address", 60), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_refusal_is_an_answer),
	    cmocka_unit_test(what_cannot_be_sent_is_no_answer),
	    cmocka_unit_test(asking_can_be_given_up),
	    cmocka_unit_test(a_stranger_was_not_heard_of),
	};

	return cmocka_run_group_tests_name("gateway", tests, NULL, NULL);
}
