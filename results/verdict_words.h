/* What statuses and mechanisms are called where people read them: in the table of a round, and by `netvane explain'. */
#ifndef RESULTS_VERDICT_WORDS_H
#define RESULTS_VERDICT_WORDS_H

#include "base/table.h"
#include "results/verdict.h"

struct status_words {
	const char *symbol, *ascii; /* ascii: where the terminal knows no UTF-8 */
	const char *text;
	enum table_colour colour;
};
const struct status_words *verdict_status_words(enum verdict_status status);
/* The symbol that this terminal can show, by the locale. */
const char *verdict_symbol(enum verdict_status status);
/* A word or three, "reset at TLS"; NULL for MECHANISM_NONE. */
const char *mechanism_words(enum mechanism mechanism);

#endif
