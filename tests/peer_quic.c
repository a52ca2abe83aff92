/*
 * A UDP server that knows of QUIC only how to refuse a version: peer_quic MODE [--host IP] [--skip N]
 *
 * Prints "PORT\n" when it is ready, and exits when its standard input ends, so that it never outlives the test that started
 * it. Modes:
 *
 *   answer    a Version Negotiation packet for each Initial of 1200 bytes or more
 *   garbage   three packets that are no answer (a wrong id, no version, no QUIC), then the answer
 *   silent    nothing
 *   refuse    nobody listens: the port is given back at once, so the kernel says so by ICMP
 *
 *   --skip N  the first N packets get no answer
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ID = 8, TO = 6, FROM = 15, HEADER = 23, PING_LEAST = 1200 };

static const uint8_t versions[] = {0, 0, 0, 1, 0x6b, 0x33, 0x43, 0xcf};

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* The ids of the ping, each in the other's place. */
static size_t
write_answer(const uint8_t *ping, uint8_t out[HEADER + sizeof(versions)])
{
	memset(out, 0, HEADER);
	out[0] = 0x80 | (ping[20] & 0x7f);
	out[TO - 1] = out[FROM - 1] = ID;
	memcpy(out + TO, ping + FROM, ID);
	memcpy(out + FROM, ping + TO, ID);
	memcpy(out + HEADER, versions, sizeof(versions));
	return HEADER + sizeof(versions);
}

static void
serve(int fd, const char *mode, const uint8_t *ping, const struct sockaddr *to, socklen_t tolen)
{
	uint8_t out[HEADER + sizeof(versions)];
	size_t len = write_answer(ping, out);

	if (strcmp(mode, "garbage") == 0) {
		out[TO] ^= 1;
		sendto(fd, out, len, 0, to, tolen);
		out[TO] ^= 1;
		sendto(fd, out, HEADER, 0, to, tolen);
		sendto(fd, "no QUIC", 7, 0, to, tolen);
	}
	sendto(fd, out, len, 0, to, tolen);
}

static bool
is_ping(const uint8_t *packet, ssize_t len)
{
	return len >= PING_LEAST && (packet[0] & 0xf0) == 0xc0 && packet[TO - 1] == ID &&
	    packet[FROM - 1] == ID;
}

static void
run(int fd, const char *mode, int skip)
{
	struct pollfd wait[] = {{.fd = fd, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
	struct sockaddr_storage from;
	uint8_t packet[2048];
	socklen_t fromlen;
	ssize_t len;

	while (poll(wait, 2, -1) > 0 && wait[1].revents == 0) {
		fromlen = sizeof(from);
		len = recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &fromlen);
		if (is_ping(packet, len) && strcmp(mode, "silent") != 0 && skip-- <= 0)
			serve(fd, mode, packet, (struct sockaddr *)&from, fromlen);
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	const char *host = "127.0.0.1", *mode = argc > 1 ? argv[1] : "answer";
	int fd = socket(AF_INET, SOCK_DGRAM, 0), skip = 0, i;

	for (i = 2; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--host") == 0)
			host = argv[i + 1];
		else if (strcmp(argv[i], "--skip") == 0)
			skip = atoi(argv[i + 1]);
	}
	if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &len) != 0)
		die("peer_quic");
	if (strcmp(mode, "refuse") == 0) {
		close(fd);
		fd = -1; /* poll passes it over */
	}
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	run(fd, mode, skip);
	return 0;
}
