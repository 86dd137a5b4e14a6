/// @file
/// What every log does, whatever engine it stands on.
///
///     DIPTYCH_LOG_CONTRACT(memory_fixture);
///
/// contract_log.hpp says what a fixture is.
#pragma once

#include "contract/appending.hpp"
#include "contract/committing.hpp"
#include "contract/concurrency.hpp"
#include "contract/idempotency.hpp"
#include "contract/inline_views.hpp"
#include "contract/model.hpp"
#include "contract/reading.hpp"
#include "contract/visiting.hpp"

#define DIPTYCH_LOG_CONTRACT(...)               \
    namespace diptych::contract {               \
    DIPTYCH_APPENDING_CONTRACT(__VA_ARGS__);    \
    DIPTYCH_COMMITTING_CONTRACT(__VA_ARGS__);   \
    DIPTYCH_CONCURRENCY_CONTRACT(__VA_ARGS__);  \
    DIPTYCH_IDEMPOTENCY_CONTRACT(__VA_ARGS__);  \
    DIPTYCH_INLINE_VIEWS_CONTRACT(__VA_ARGS__); \
    DIPTYCH_MODEL_CONTRACT(__VA_ARGS__);        \
    DIPTYCH_READING_CONTRACT(__VA_ARGS__);      \
    DIPTYCH_VISITING_CONTRACT(__VA_ARGS__);     \
    }                                           \
    static_assert(true, "wants a semicolon")
