// Nothing to call: what links this module has SIGHUP ignored from its first instruction on. See hangup.c.
#pragma once
