/*
 * The status page's server over a made-up status: run_status_server [hostile|fresh] [ADDRESS:PORT [DEADLINE_MS]]
 *
 * Prints its port and serves until its standard input ends. The clock stands still at status_sample_now.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <event2/event.h>

#include "base/clock.h"
#include "probe/status_model.h"
#include "probe/status_server.h"
#include "tests/status_sample.h"

static int64_t
wall_us(void *arg)
{
	(void)arg;
	return status_sample_now;
}

static int64_t
mono_ns(void *arg)
{
	struct timespec ts;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
fill(struct status *st, void *arg)
{
	const char *kind = arg;

	if (strcmp(kind, "fresh") == 0)
		status_sample_fresh(st);
	else
		status_sample(st, strcmp(kind, "hostile") == 0);
}

static void
on_input(evutil_socket_t fd, short what, void *arg)
{
	char byte;

	(void)what;
	if (read((int)fd, &byte, 1) <= 0)
		event_base_loopbreak(arg);
}

int
main(int argc, char **argv)
{
	static const struct clock_source still = {wall_us, mono_ns, NULL};
	static char usual[] = "usual";
	struct event_base *base = event_base_new();
	/* Standard input may be a file, which epoll does not wait for; a test gives it a pipe. */
	struct event *input = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, base);
	struct status_server_plan plan = {.base = base, .listen = argc > 2 ? argv[2] : "127.0.0.1:0", .fill = fill,
	    .arg = argc > 1 ? argv[1] : usual, .deadline_ms = argc > 3 ? atoi(argv[3]) : 0};
	struct status_server *server;
	struct sockaddr_storage sa;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	clock_replace(&still);
	server = status_server_start(&plan);
	if (server == NULL)
		return 1;
	status_server_address(server, &sa);
	printf("%d\n", ntohs(sa.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&sa)->sin6_port
	                                              : ((struct sockaddr_in *)&sa)->sin_port));
	fflush(stdout);
	event_add(input, NULL);
	event_base_dispatch(base);
	status_server_free(server);
	event_free(input);
	event_base_free(base);
	return 0;
}
