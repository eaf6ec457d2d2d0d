/-!
# What the closed forms say

For each family of orders with a closed form, that the formula is the least error, as a proposition; there are no
proofs. These are the statements of the claims as Coq has them (`theories/Statements.v`), from the same translator, but
about 0/1 vectors, to which Coq reduces those about the cube, and over the rationals.

Lean 4 whose core has `Rat`; with an older one, import Batteries.
-/

namespace Subpool

/-- The sums of neighbours, with `before` to the left of the row and 0 to its right. -/
def addNeighbours (before : Nat) : List Nat → List Nat
  | [] => [before]
  | a :: rest => (before + a) :: addNeighbours a rest

/-- Row `n` of Pascal's triangle. -/
def pascal : Nat → List Nat
  | 0 => [1]
  | n + 1 => addNeighbours 0 (pascal n)

def binomial (n k : Nat) : Nat := (pascal n).getD k 0

def rat (n : Nat) : Rat := (n : Rat)

def power (x : Rat) : Nat → Rat
  | 0 => 1
  | n + 1 => power x n * x

/-- The sum of the values at the numbers of a list. -/
def total (f : Nat → Rat) : List Nat → Rat
  | [] => 0
  | a :: rest => f a + total f rest

/-- The sum over `i` from `first` to `last`. -/
def sum (first last : Nat) (f : Nat → Rat) : Rat := total f (List.range' first (last + 1 - first))

/-- The maximum at a 0/1 vector with `z` zeros among `d` inputs. -/
def target (d z : Nat) : Rat := if z < d then 1 else 0

/-- The mean subpool maximum of order `r` there. -/
def feature (d r z : Nat) : Rat :=
  if r = 0 then 1 else 1 - (rat (binomial z r)) / (rat (binomial d r))

/-- The residual of the combination with the coefficients `beta`. -/
def residual (d : Nat) (orders : List Nat) (beta : Nat → Rat) (z : Nat) : Rat :=
  target d z - total (fun r => beta r * feature d r z) orders

/-- Some combination is at most `E` away from the maximum at every 0/1 vector, and so on the cube. -/
def Achievable (d : Nat) (orders : List Nat) (E : Rat) : Prop :=
  ∃ beta : Nat → Rat, ∀ z, z ≤ d → -E ≤ residual d orders beta z ∧ residual d orders beta z ≤ E

/-- The same relative to the range: coefficients of sum 1, without the two constant vectors. -/
def AchievableRange (d : Nat) (orders : List Nat) (E : Rat) : Prop :=
  ∃ beta : Nat → Rat, total beta orders = 1
    ∧ ∀ z, 0 < z → z < d → -E ≤ residual d orders beta z ∧ residual d orders beta z ≤ E

/-- The errors that satisfy `P` are those from `e` on. -/
def LeastError (P : Rat → Prop) (e : Rat) : Prop := ∀ E, P E ↔ e ≤ E

/-- Claim closed-form-bare-mean. -/
def closed_form_bare_mean : Prop :=
  ∀ d : Nat, 2 ≤ d →
    LeastError (Achievable d [1])
      ((1 / ((rat 2) * (rat d) / ((rat d) - 1) - 1)))

/-- Claim closed-form-bare-single. -/
def closed_form_bare_single : Prop :=
  ∀ d r : Nat, 1 ≤ r → r + 1 ≤ d →
    LeastError (Achievable d [r])
      ((1 / ((rat 2) * (rat d) / ((rat d) - (rat r)) - 1)))

/-- Claim closed-form-bare-quadratic. -/
def closed_form_bare_quadratic : Prop :=
  ∀ d : Nat, 3 ≤ d →
    LeastError (Achievable d [1, 2])
      ((1 / (((rat 2) * (rat d) + (rat 2) * (rat (d / 2)) * (rat ((d - 1) / 2))) / ((rat (d / 2)) * (rat ((d - 1) / 2))) - 1)))

/-- Claim closed-form-bare-mean-and-last. -/
def closed_form_bare_mean_and_last : Prop :=
  ∀ d : Nat, 3 ≤ d →
    LeastError (Achievable d [1, (d - 1)])
      ((1 / ((rat 2) * (rat d) + 1)))

/-- Claim closed-form-bare-mean-and-last-two. -/
def closed_form_bare_mean_and_last_two : Prop :=
  ∀ d : Nat, 4 ≤ d →
    LeastError (Achievable d [1, (d - 2), (d - 1)])
      ((1 / (power (rat d) 2 - 1)))

/-- Claim closed-form-bare-mean-and-second-last. -/
def closed_form_bare_mean_and_second_last : Prop :=
  ∀ d : Nat, 4 ≤ d →
    LeastError (Achievable d [1, (d - 2)])
      ((1 / ((rat d) + 1)))

/-- Claim closed-form-bare-mean-last-third-last. -/
def closed_form_bare_mean_last_third_last : Prop :=
  ∀ d : Nat, 5 ≤ d →
    LeastError (Achievable d [1, (d - 3), (d - 1)])
      ((1 / ((rat 2) * (rat d) * ((rat d) + 1) / (rat 3) - 1)))

/-- Claim closed-form-bare-full. -/
def closed_form_bare_full : Prop :=
  ∀ d : Nat, 2 ≤ d →
    LeastError (Achievable d (List.range' 1 (d - 1)))
      ((1 / (power (rat 2) d - 1)))

/-- Claim closed-form-bare-full-but-last. -/
def closed_form_bare_full_but_last : Prop :=
  ∀ d : Nat, 3 ≤ d →
    LeastError (Achievable d (List.range' 1 (d - 2)))
      ((1 / ((rat (binomial d (d / 2))) - 1)))

/-- Claim closed-form-bare-top. -/
def closed_form_bare_top : Prop :=
  ∀ d j : Nat, 1 ≤ j → j + 1 ≤ d →
    LeastError (Achievable d (List.range' (d - j) j))
      ((1 / ((rat 2) * (sum 0 j (fun i => (rat (binomial (d - 1) i)))) - 1)))

/-- Claim closed-form-bare-order-and-top. -/
def closed_form_bare_order_and_top : Prop :=
  ∀ d r j : Nat, 1 ≤ r → 1 ≤ j → j + r + 1 ≤ d →
    LeastError (Achievable d (r :: List.range' (d - j) j))
      ((1 / (sum 0 j (fun i => (rat (binomial d i))) + ((rat d) + (rat r)) * (rat (binomial (d - 1) j)) / ((rat d) - (rat r)) - 1)))

/-- Claim closed-form-intercept. -/
def closed_form_intercept : Prop :=
  ∀ d : Nat, 2 ≤ d →
    LeastError (Achievable d [0])
      ((1 / (rat 2)))

/-- Claim closed-form-mean. -/
def closed_form_mean : Prop :=
  ∀ d : Nat, 2 ≤ d →
    LeastError (Achievable d [0, 1])
      (((rat d) - 1) / ((rat 2) * (rat d)))

/-- Claim closed-form-single. -/
def closed_form_single : Prop :=
  ∀ d r : Nat, 1 ≤ r → r + 1 ≤ d →
    LeastError (Achievable d [0, r])
      (((rat d) - (rat r)) / ((rat 2) * (rat d)))

/-- Claim closed-form-quadratic. -/
def closed_form_quadratic : Prop :=
  ∀ d : Nat, 3 ≤ d →
    LeastError (Achievable d [0, 1, 2])
      ((rat (d / 2)) * (rat ((d - 1) / 2)) / ((rat 2) * (rat d) + (rat 2) * (rat (d / 2)) * (rat ((d - 1) / 2))))

/-- Claim closed-form-mean-and-last. -/
def closed_form_mean_and_last : Prop :=
  ∀ d : Nat, 3 ≤ d →
    LeastError (Achievable d [0, 1, (d - 1)])
      ((1 / ((rat 2) * (rat d) + (rat 2))))

/-- Claim closed-form-mean-and-last-two. -/
def closed_form_mean_and_last_two : Prop :=
  ∀ d : Nat, 4 ≤ d →
    LeastError (Achievable d [0, 1, (d - 2), (d - 1)])
      ((1 / (power (rat d) 2)))

/-- Claim closed-form-mean-and-second-last. -/
def closed_form_mean_and_second_last : Prop :=
  ∀ d : Nat, 4 ≤ d →
    LeastError (Achievable d [0, 1, (d - 2)])
      ((1 / ((rat d) + (rat 2))))

/-- Claim closed-form-mean-last-third-last. -/
def closed_form_mean_last_third_last : Prop :=
  ∀ d : Nat, 5 ≤ d →
    LeastError (Achievable d [0, 1, (d - 3), (d - 1)])
      ((rat 3) / ((rat 2) * (rat d) * ((rat d) + 1)))

/-- Claim closed-form-range-mean-and-last. -/
def closed_form_range_mean_and_last : Prop :=
  ∀ d : Nat, 3 ≤ d →
    LeastError (AchievableRange d [1, (d - 1)])
      ((1 / ((rat 2) * (rat d))))

/-- Claim closed-form-range-single. -/
def closed_form_range_single : Prop :=
  ∀ d r : Nat, 1 ≤ r → r + 1 ≤ d →
    LeastError (AchievableRange d [r])
      (((rat d) - (rat r)) / (rat d))

/-- Claim closed-form-full. -/
def closed_form_full : Prop :=
  ∀ d : Nat, 2 ≤ d →
    LeastError (Achievable d (0 :: List.range' 1 (d - 1)))
      ((1 / (power (rat 2) d)))

/-- Claim closed-form-range-full. -/
def closed_form_range_full : Prop :=
  ∀ d : Nat, 2 ≤ d →
    LeastError (AchievableRange d (List.range' 1 (d - 1)))
      ((1 / (power (rat 2) d - (rat 2))))

/-- Claim closed-form-full-but-last. -/
def closed_form_full_but_last : Prop :=
  ∀ d : Nat, 2 ≤ d →
    LeastError (Achievable d (0 :: List.range' 1 (d - 2)))
      ((1 / (rat (binomial d (d / 2)))))

/-- Claim closed-form-top. -/
def closed_form_top : Prop :=
  ∀ d j : Nat, 1 ≤ j → j + 1 ≤ d →
    LeastError (Achievable d (0 :: List.range' (d - j) j))
      ((1 / ((rat 2) * (sum 0 j (fun i => (rat (binomial (d - 1) i)))))))

/-- Claim closed-form-order-and-top. -/
def closed_form_order_and_top : Prop :=
  ∀ d r j : Nat, 1 ≤ r → 1 ≤ j → j + r + 1 ≤ d →
    LeastError (Achievable d (0 :: r :: List.range' (d - j) j))
      ((1 / (sum 0 j (fun i => (rat (binomial d i))) + ((rat d) + (rat r)) * (rat (binomial (d - 1) j)) / ((rat d) - (rat r)))))

/-- Claim closed-form-range-top. -/
def closed_form_range_top : Prop :=
  ∀ d j : Nat, 1 ≤ j → j + 1 ≤ d →
    LeastError (AchievableRange d (List.range' (d - j) j))
      ((1 / (sum 0 j (fun i => (rat (binomial d i))) - 1)))

/-- Claim closed-form-range-order-and-top. -/
def closed_form_range_order_and_top : Prop :=
  ∀ d r j : Nat, 1 ≤ r → 1 ≤ j → j + r + 1 ≤ d →
    LeastError (AchievableRange d (r :: List.range' (d - j) j))
      ((1 / ((rat d) * (rat (binomial (d - 1) j)) / ((rat d) - (rat r)) + sum 0 j (fun i => (rat (binomial d i))) - 1)))

end Subpool
