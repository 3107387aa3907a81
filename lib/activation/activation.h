// The activation functions, as one type. To add one: write its struct in a file of its own, and add one line
// here; the kernels, the command line and the listing then go over it. CONTRIBUTING.md says what its tests and the
// report take.
//
// Each is a struct whose members are its parameters, with
//   value(x), derivative(x)   templates over float and double, for host and device, free of branches;
//                             where the function has a kink the derivative is the left one, as in LibTorch
//   name, formula, source     text
//   monotone                  whether it never falls for any allowed parameter: then max-pooling may come first
//   fields                    its parameters by name, with their ranges
//   limit_below(), limit_above(), lipschitz()
#pragma once

#include <variant>

#include "activation/celu.h"
#include "activation/elu.h"
#include "activation/gelu.h"
#include "activation/gelu_tanh.h"
#include "activation/hard_swish.h"
#include "activation/identity.h"
#include "activation/leaky_relu.h"
#include "activation/mish.h"
#include "activation/relu.h"
#include "activation/selu.h"
#include "activation/shifted_relu.h"
#include "activation/sigmoid.h"
#include "activation/silu.h"
#include "activation/softplus.h"
#include "activation/softsign.h"
#include "activation/squareplus.h"
#include "activation/tanh.h"

namespace elubench::activation {

using Activation = std::variant<  //
    Identity,                     //
    Relu,                         //
    LeakyRelu,                    //
    ShiftedRelu,                  //
    Elu,                          //
    Selu,                         //
    Celu,                         //
    Gelu,                         //
    GeluTanh,                     //
    Silu,                         //
    Mish,                         //
    Softplus,                     //
    Softsign,                     //
    Tanh,                         //
    Sigmoid,                      //
    HardSwish,                    //
    Squareplus>;

}  // namespace elubench::activation
