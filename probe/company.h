/*
 * What the targets of a round have in common: certificates of one untrusted issuer on unrelated sites, one page for many
 * sites, one address that many names are sent to; and what pages and handshakes usually take. One target's record cannot show
 * that; so the round counts, and each record's context says what concerned it.
 */
#ifndef PROBE_COMPANY_H
#define PROBE_COMPANY_H

#include <stdbool.h>

struct company;
struct context;
struct measurement;

struct company *company_new(void);
void company_free(struct company *company);
/* Takes a measured target or control; once each. */
void company_add(struct company *company, const struct measurement *m);
/* What is shared with targets of other sites, into m->context. */
void company_tell(const struct company *company, struct measurement *m);
/* The median page rate (bytes/s) of what was added so far, over *n pages; NAN unknown. */
/* Whether everything is slow: half of the pages come at less than half a megabit a second. */
bool company_slow(const struct company *company);
double company_rate(const struct company *company, int *n);

#endif
