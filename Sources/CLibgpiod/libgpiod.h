// The library as the system has it; `CGpiod` uses it.
#include <gpiod.h>
