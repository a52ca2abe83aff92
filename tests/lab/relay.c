/*
 * The home router's resolver. One socket asks the provider's, and the query's ID, which the relay
 * chooses, says whose answer it is: as simple home routers do.
 */
#include "tests/lab/relay.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"

enum { DNS_PORT = 53, MESSAGE_MOST = 65535, IDS = 65536 };

struct asked {
	struct sockaddr_in client;
	uint8_t id[2];
};

struct relay {
	int down, up; /* to the clients, to the provider */
	struct event *on_down, *on_up;
	uint16_t next;
	struct asked asked[IDS];
	uint8_t message[MESSAGE_MOST];
};

static void
query_came(evutil_socket_t fd, short what, void *arg)
{
	struct relay *relay = arg;
	struct sockaddr_in client;
	socklen_t size = sizeof(client);
	ssize_t n = recvfrom(
	    fd, relay->message, sizeof(relay->message), 0, (struct sockaddr *)&client, &size);
	struct asked *asked = &relay->asked[relay->next];

	(void)what;
	if (n < 12)
		return;
	asked->client = client;
	memcpy(asked->id, relay->message, 2);
	relay->message[0] = (uint8_t)(relay->next >> 8);
	relay->message[1] = (uint8_t)relay->next;
	relay->next++;
	/* What cannot be sent is lost, as on any router. */
	if (send(relay->up, relay->message, (size_t)n, 0) < 0)
		log_debug("the relay could not ask");
}

static void
answer_came(evutil_socket_t fd, short what, void *arg)
{
	struct relay *relay = arg;
	ssize_t n = recv(fd, relay->message, sizeof(relay->message), 0);
	const struct asked *asked;

	(void)what;
	if (n < 12)
		return;
	asked = &relay->asked[relay->message[0] << 8 | relay->message[1]];
	if (asked->client.sin_family == 0)
		return;
	memcpy(relay->message, asked->id, 2);
	if (sendto(relay->down, relay->message, (size_t)n, 0,
	        (const struct sockaddr *)&asked->client, sizeof(asked->client)) < 0)
		log_debug("the relay could not answer");
}

static struct sockaddr_in
dns_address(const char *ip)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT)};

	inet_pton(AF_INET, ip, &sin.sin_addr);
	return sin;
}

struct relay *
relay_new(struct event_base *base, const char *at, const char *upstream)
{
	struct relay *relay = xcalloc(1, sizeof(*relay));
	struct sockaddr_in here = dns_address(at), there = dns_address(upstream);

	relay->down = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	relay->up = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (relay->down < 0 || relay->up < 0 ||
	    bind(relay->down, (const struct sockaddr *)&here, sizeof(here)) != 0 ||
	    connect(relay->up, (const struct sockaddr *)&there, sizeof(there)) != 0) {
		log_error("no resolver on the router");
		relay_free(relay);
		return NULL;
	}
	relay->on_down = event_new(base, relay->down, EV_READ | EV_PERSIST, query_came, relay);
	relay->on_up = event_new(base, relay->up, EV_READ | EV_PERSIST, answer_came, relay);
	event_add(relay->on_down, NULL);
	event_add(relay->on_up, NULL);
	return relay;
}

void
relay_free(struct relay *relay)
{
	if (relay == NULL)
		return;
	if (relay->on_down != NULL) {
		event_free(relay->on_down);
		event_free(relay->on_up);
	}
	if (relay->down >= 0)
		close(relay->down);
	if (relay->up >= 0)
		close(relay->up);
	free(relay);
}
