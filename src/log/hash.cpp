#include "log/hash.hpp"
