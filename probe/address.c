/* Addresses written out, as sockets want them. */
#include "probe/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

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
