/* Addresses written out, as sockets want them. */
#include "probe/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <event2/util.h>

#include "base/mem.h"

/* getaddrinfo only reads the digits here: it knows scope ids. But it also takes "1.2.3" for 1.2.0.3, which nobody meant. */
struct addrinfo *
address_parse(const char *ip, int port, int socktype)
{
	const struct addrinfo hints = {
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = socktype};
	struct addrinfo *ai;
	struct in_addr v4;
	char text[16];

	if (strchr(ip, ':') == NULL && inet_pton(AF_INET, ip, &v4) != 1)
		return NULL;
	snprintf(text, sizeof(text), "%d", port);
	return getaddrinfo(ip, text, &hints, &ai) == 0 ? ai : NULL;
}

static void
set_port(struct sockaddr_storage *sa, int port)
{
	if (sa->ss_family == AF_INET6)
		((struct sockaddr_in6 *)sa)->sin6_port = htons((uint16_t)port);
	else
		((struct sockaddr_in *)sa)->sin_port = htons((uint16_t)port);
}

/* Returns the port, or -1. */
static int
read_port(const char *text)
{
	enum { DIGITS = 5, PORT_MAX = 65535 };
	size_t len = strlen(text);
	int port;

	if (len == 0 || len > DIGITS || strspn(text, "0123456789") != len)
		return -1;
	port = atoi(text);
	return port <= PORT_MAX ? port : -1;
}

/* libevent reads the address; a port of 0 it would not take. */
int
address_parse_listen(const char *text, struct sockaddr_storage *sa, int *len)
{
	const char *colon = strrchr(text, ':');
	char *ip = xstrndup(text, colon != NULL ? (size_t)(colon - text) : 0);
	int port = colon != NULL ? read_port(colon + 1) : -1;
	bool ok;

	*len = sizeof(*sa);
	ok = port >= 0 && (ip[0] == '[' || strchr(ip, ':') == NULL) &&
	     evutil_parse_sockaddr_port(ip, (struct sockaddr *)sa, len) == 0;
	if (ok)
		set_port(sa, port);
	free(ip);
	return ok ? 0 : -1;
}
