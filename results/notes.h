/*
 * Findings about the network that are no target's verdict, for the round's record: "dns-wildcard" names that nobody has are
 * answered, "dns-hijack" questions to any address are answered by somebody else, "doh-blocked" and "doh-intercepted"
 * resolvers over HTTPS, "resolver-forged" answers of public resolvers over UDP, "clock-suspect" every control's certificate is out
 * of date, "slow" pages come slowly, or not whole, whoever's they are, "line-changed" the line was usable at one look at the controls and
 * not at another. Pure.
 */
#ifndef RESULTS_NOTES_H
#define RESULTS_NOTES_H

#include <stdbool.h>

struct measurement;

/*
 * round: its context and trials are there. forged: targets for which a second resolver's answers contradicted each other.
 * slow: what company_slow says. changed: the line did.
 */
void notes_write(struct measurement *round, int forged, bool slow, bool changed);

#endif
