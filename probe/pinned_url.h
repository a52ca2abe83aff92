/* "URL#IP,IP": a server that we ask for something, and its addresses, so that nobody has to be asked for them. */
#ifndef PROBE_PINNED_URL_H
#define PROBE_PINNED_URL_H

#include <stdbool.h>
#include <stddef.h>

struct measurement;

/* Begins zeroed. */
struct pinned_url {
	char *url; /* without the #part */
	char **pins; /* none: the host is an IP literal, or its name is to be looked up first */
	size_t npins;
};

enum pinned_url_flaw { PINNED_URL_FINE, PINNED_URL_BAD_URL, PINNED_URL_BAD_PIN };

/* http: whether http:// will do, too. Free with pinned_url_clear when it is fine. Pure. */
enum pinned_url_flaw pinned_url_parse(struct pinned_url *p, const char *text, bool http);
void pinned_url_clear(struct pinned_url *p);
/* The host name that has to be looked up before it can be asked (to free); NULL: none. Fine when empty. */
char *pinned_url_unknown_host(const struct pinned_url *p);
/* Pins it to the addresses that m's queries found. */
void pinned_url_pin_answers(struct pinned_url *p, const struct measurement *m);

#endif
