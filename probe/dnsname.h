/* Domain names on the wire and as text (RFC 1035 3.1, 4.1.4, 5.1). Pure. */
#ifndef PROBE_DNSNAME_H
#define PROBE_DNSNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct reader;

enum { DNS_NAME_MAX = 255 };

/* Uncompressed: labels, each after its length, the root's empty one included. */
struct dns_name {
	size_t len;
	uint8_t wire[DNS_NAME_MAX];
};

/*
 * From "www.example.com", in lower case. Returns 0, or -1 when it is no name (an empty or too long
 * label, too long in all).
 */
int dns_name_parse(struct dns_name *name, const char *hostname);
/* Reads the next name of the message, which r holds from its start; false: malformed. */
bool dns_name_read(struct reader *r, struct dns_name *name);
/* Whatever the case of their letters. */
bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);
/* Gives each letter the case that its bit says. */
void dns_name_set_case(struct dns_name *name, const uint8_t bits[DNS_NAME_MAX / 8 + 1]);
/* The usual text, special bytes escaped, without a final dot; "." is the root. In the arena. */
char *dns_name_text(const struct dns_name *name, struct arena *arena);

#endif
