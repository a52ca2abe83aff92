/* The category codes of Citizen Lab's test lists, which OONI and everybody after them use. */
#ifndef TARGETS_CATEGORY_H
#define TARGETS_CATEGORY_H

#include <stdbool.h>
#include <stddef.h>

struct category {
	const char *code;
	const char *description;
	/*
	 * A connection to such a site may bring a volunteer trouble at home, in the family or with
	 * the law, whatever is blocked: importing leaves them out unless they are asked for.
	 */
	bool sensitive;
};
extern const struct category categories[];
extern const size_t ncategories;

/* NULL when it is none of them. */
const struct category *category_find(const char *code);

#endif
