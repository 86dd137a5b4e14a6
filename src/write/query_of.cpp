#include <diptych/model.hpp>

namespace diptych::model {

query query_of(state_key const& key) {
    return {.items = {{.types = key.of->types, .tags = key.names}}};
}

}  // namespace diptych::model
