/* The registered part of a host's name. */
#include "analysis/domain.h"

#include <libpsl.h>

const char *
domain_of(const char *host)
{
	return psl_registrable_domain(psl_builtin(), host);
}
