#include "log/record.hpp"
