/* Citizen Lab's category codes. */
#include "targets/category.h"

#include <string.h>

const struct category categories[] = {
    {"ALDR", "Alcohol & Drugs", true},
    {"ANON", "Anonymization and circumvention tools", false},
    {"COMM", "E-commerce", false},
    {"COMT", "Communication Tools", false},
    {"CTRL", "Control content", false},
    {"CULTR", "Culture", false},
    {"DATE", "Online Dating", true},
    {"ECON", "Economics", false},
    {"ENV", "Environment", false},
    {"FILE", "File-sharing", false},
    {"GAME", "Gaming", false},
    {"GMB", "Gambling", true},
    {"GOVT", "Government", false},
    {"GRP", "Social Networking", false},
    {"HACK", "Hacking Tools", false},
    {"HATE", "Hate Speech", true},
    {"HOST", "Hosting and Blogging Platforms", false},
    {"HUMR", "Human Rights Issues", false},
    {"IGO", "Intergovernmental Organizations", false},
    {"LGBT", "LGBT", true},
    {"MILX", "Terrorism and Militants", true},
    {"MISC", "Miscellaneous content", false},
    {"MMED", "Media sharing", false},
    {"NEWS", "News Media", false},
    {"POLR", "Political Criticism", false},
    {"PORN", "Pornography", true},
    {"PROV", "Provocative Attire", true},
    {"PUBH", "Public Health", false},
    {"REL", "Religion", true},
    {"SRCH", "Search Engines", false},
    {"XED", "Sex Education", true},
};
const size_t ncategories = sizeof(categories) / sizeof(categories[0]);

const struct category *
category_find(const char *code)
{
	size_t i;

	for (i = 0; i < ncategories; i++)
		if (strcmp(categories[i].code, code) == 0)
			return &categories[i];
	return NULL;
}
