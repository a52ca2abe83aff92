/* How often strangers may ask. */
#include "probe/rate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { V6_PREFIX = 8 };

static const int64_t second_ns = 1000000000, minute_ns = 60 * INT64_C(1000000000);

struct client {
	uint8_t key[RATE_KEY];
	int asked;
};

struct rate {
	int each, all;
	int64_t start_ns; /* of this minute */
	int asked;
	struct client *clients; /* of this minute: at most `all`, so looking through them is cheap */
	size_t nclients;
};

struct rate *
rate_new(int each, int all)
{
	struct rate *rate = xcalloc(1, sizeof(*rate));

	rate->each = each;
	rate->all = all;
	rate->clients = xcalloc((size_t)all, sizeof(*rate->clients));
	return rate;
}

void
rate_free(struct rate *rate)
{
	if (rate == NULL)
		return;
	free(rate->clients);
	free(rate);
}

void
rate_key(const char *text, uint8_t key[RATE_KEY])
{
	struct in6_addr v6;

	memset(key, 0, RATE_KEY);
	if (inet_pton(AF_INET, text, key) == 1 || inet_pton(AF_INET6, text, &v6) != 1)
		return;
	/* A mapped IPv4 address differs only in what is cut off otherwise. */
	memcpy(key, v6.s6_addr, IN6_IS_ADDR_V4MAPPED(&v6) ? RATE_KEY : V6_PREFIX);
}

static struct client *
client_get(struct rate *rate, const char *text)
{
	struct client client = {{0}, 0};
	size_t i;

	rate_key(text, client.key);
	for (i = 0; i < rate->nclients; i++)
		if (memcmp(rate->clients[i].key, client.key, RATE_KEY) == 0)
			return &rate->clients[i];
	rate->clients[rate->nclients] = client;
	return &rate->clients[rate->nclients++];
}

int
rate_ask(struct rate *rate, const char *text, int64_t now_ns)
{
	struct client *client;

	if (rate->asked == 0 || now_ns - rate->start_ns >= minute_ns) {
		rate->start_ns = now_ns;
		rate->asked = 0;
		rate->nclients = 0;
	}
	if (rate->asked < rate->all) {
		client = client_get(rate, text);
		if (client->asked < rate->each) {
			client->asked++;
			rate->asked++;
			return 0;
		}
	}
	return (int)((rate->start_ns + minute_ns - now_ns + second_ns - 1) / second_ns);
}
