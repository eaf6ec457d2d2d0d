/-!
# Certificates of optimal approximations of max pooling

At a 0/1 vector with `z` zeros among `d` inputs the maximum is 1, or 0 where `z = d`, and the mean subpool maximum of
order `r` is `1 - C(z,r)/C(d,r)`, or 1 where `r = 0`. A certificate has coefficients of some orders, an error, and dual
weights of such vectors. `Certificate.proves` is the list of conditions under which the error is the least of all
combinations of these orders and the coefficients attain it: on the cube `[0,1]^d`, or relative to the range of the
inputs, with coefficients of sum 1. That the conditions suffice is weak duality; it is not proved here.

Lean 4 alone, version 4.15 or newer, without Mathlib: fractions are pairs of integers, and nothing is brought to lowest
terms. The kernel evaluates the conditions; `native_decide` is not used.
-/

namespace Subpool

/-- The fraction `num / den`, where `den` is positive. -/
structure Fraction where
  num : Int
  den : Int

namespace Fraction

def zero : Fraction := ⟨0, 1⟩

def one : Fraction := ⟨1, 1⟩

def add (x y : Fraction) : Fraction := ⟨x.num * y.den + y.num * x.den, x.den * y.den⟩

def sub (x y : Fraction) : Fraction := ⟨x.num * y.den - y.num * x.den, x.den * y.den⟩

def mul (x y : Fraction) : Fraction := ⟨x.num * y.num, x.den * y.den⟩

def abs (x : Fraction) : Fraction := ⟨Int.ofNat x.num.natAbs, x.den⟩

def le (x y : Fraction) : Bool := decide (x.num * y.den ≤ y.num * x.den)

def eq (x y : Fraction) : Bool := decide (x.num * y.den = y.num * x.den)

def total : List Fraction → Fraction
  | [] => zero
  | x :: rest => add x (total rest)

end Fraction

/-- The sums of neighbours, with `before` to the left of the row and 0 to its right. -/
def addNeighbours (before : Nat) : List Nat → List Nat
  | [] => [before]
  | a :: rest => (before + a) :: addNeighbours a rest

/-- Row `n` of Pascal's triangle. -/
def pascal : Nat → List Nat
  | 0 => [1]
  | n + 1 => addNeighbours 0 (pascal n)

def binomial (n k : Nat) : Int := Int.ofNat ((pascal n).getD k 0)

/-- The maximum at a 0/1 vector with `z` zeros among `d` inputs. -/
def target (d z : Nat) : Fraction := if z < d then Fraction.one else Fraction.zero

/-- The mean subpool maximum of order `r` there. -/
def feature (d r z : Nat) : Fraction :=
  if r = 0 then Fraction.one else ⟨binomial d r - binomial z r, binomial d r⟩

/-- `coefficients` by order, `dual` by number of zeros; `relative` means relative to the range. -/
structure Certificate where
  kernelSize : Nat
  relative : Bool
  coefficients : List (Nat × Fraction)
  error : Fraction
  dual : List (Nat × Fraction)

namespace Certificate

/-- The numbers of zeros: relative to the range the two constant vectors are left out. -/
def vertices (c : Certificate) : List Nat :=
  if c.relative then (List.range c.kernelSize).drop 1 else List.range (c.kernelSize + 1)

def residual (c : Certificate) (z : Nat) : Fraction :=
  (target c.kernelSize z).sub
    (Fraction.total (c.coefficients.map fun entry => entry.2.mul (feature c.kernelSize entry.1 z)))

/-- The sum of the dual weights, each times the feature. -/
def moment (c : Certificate) (r : Nat) : Fraction :=
  Fraction.total (c.dual.map fun entry => entry.2.mul (feature c.kernelSize r entry.1))

/-- What all moments are: 0 on the cube, any number relative to the range. -/
def commonMoment (c : Certificate) : Fraction :=
  match c.relative, c.coefficients with
  | true, entry :: _ => c.moment entry.1
  | _, _ => Fraction.zero

def wellFormed (c : Certificate) : Bool :=
  decide (1 < c.kernelSize)
    && decide (0 < c.error.den)
    && c.coefficients.all (fun entry => decide (0 < entry.2.den) && decide (entry.1 ≤ c.kernelSize))
    && c.coefficients.all (fun entry => !c.relative || decide (0 < entry.1))
    && c.dual.all (fun entry => decide (0 < entry.2.den) && c.vertices.contains entry.1)

/-- No residual is larger than the error. -/
def achieves (c : Certificate) : Bool :=
  c.vertices.all (fun z => (c.residual z).abs.le c.error)
    && (!c.relative || (Fraction.total (c.coefficients.map fun entry => entry.2)).eq Fraction.one)

/-- The dual weights have total size 1, do not see the class, and see the maximum as the error or less it. -/
def bounds (c : Certificate) : Bool :=
  (Fraction.total (c.dual.map fun entry => entry.2.abs)).eq Fraction.one
    && c.coefficients.all (fun entry => (c.moment entry.1).eq c.commonMoment)
    && ((Fraction.total (c.dual.map fun entry => entry.2.mul (target c.kernelSize entry.1))).sub
      c.commonMoment).abs.eq c.error

/-- The conditions; no error lies below 0, so that dual weights are not needed where it is 0. -/
def proves (c : Certificate) : Bool :=
  c.wellFormed && c.achieves && (decide (c.error.num = 0) || c.bounds)

end Certificate
