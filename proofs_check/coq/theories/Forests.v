(** * Signed in-forests, and their number

    [d] vertices, each with at most one outgoing arc, which has a sign, and no cycle.  How many of them leave a vertex
    [q] without an outgoing arc?

    Proof.  Let the vertices of a set [S] each have [x] ways to hang at a root, or an arc of either sign to a vertex of
    [S], so that there is no cycle.  There are [x (x + 2 m)^(m-1)] such choices if [S] has [m > 0] vertices, by
    induction: the vertices [K] that hang at the root are the roots for the others, with [2 |K|] ways to hang there; so
    the number is [sum_K x^|K| 2|K| (2 m)^(m-|K|-1)], and [k C(m,k) = m C(m-1,k-1)] makes this the binomial theorem.
    Here [x = 3]: an arc to [q] of one of two signs, or no arc. *)

From mathcomp Require Import all_ssreflect.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Section Forests.

Variable d : nat.
Local Notation vertex := 'I_d.

(** At most one outgoing arc at each vertex: its sign ([true] for -1), and the vertex that it leads to. *)
Definition arcs := {ffun vertex -> option (bool * vertex)}.

Implicit Types (F : arcs) (v u q : vertex) (S T K : {set vertex}) (P : {set option (bool * vertex)}).

Definition follow F v : option vertex := omap snd (F v).

(** The vertex that [k] arcs lead to. *)
Definition walk F v (k : nat) : option vertex := iter k (obind (follow F)) (Some v).

(** No cycle: a cycle has at most [d] arcs. *)
Definition in_forest F : bool := [forall v, forall k : 'I_d, walk F v k.+1 != Some v].

(** The signed in-forests in which [q] has no outgoing arc. *)
Definition in_forests q : {set arcs} := [set F | in_forest F & F q == None].

(** ** No cycle within a set: no part of it is closed *)

Definition leads_into S : {set option (bool * vertex)} := [set a | if a is Some (_, u) then u \in S else false].

Definition acyclic_on S F : bool :=
  [forall T : {set vertex}, [&& T \subset S, T != set0 & [forall v in T, F v \in leads_into T]] ==> false].

Lemma acyclic_onP S F :
  reflect (forall T, T \subset S -> T != set0 -> exists2 v, v \in T & F v \notin leads_into T) (acyclic_on S F).
Proof.
apply: (iffP forallP) => [open T sub_T ne_T | open T].
  have := open T; rewrite sub_T ne_T /= implybF negb_forall_in => /exists_inP[v in_T out]; by exists v.
apply/negP => /and3P[sub_T ne_T /forall_inP closed]; have [v in_T] := open T sub_T ne_T.
by rewrite closed.
Qed.

Lemma walkS F v k : walk F v k.+1 = obind (follow F) (walk F v k). Proof. by []. Qed.

Lemma walk_add F v u i j : walk F v i = Some u -> walk F v (j + i) = walk F u j.
Proof. by move=> to_u; rewrite /walk iterD -/(walk F v i) to_u. Qed.

Lemma in_forest_acyclic F : in_forest F = acyclic_on setT F.
Proof.
apply/idP/idP => [/forallP forest | /acyclic_onP acyclic].
  apply/acyclic_onP => T _ /set0Pn[v in_T]; apply/exists_inP; rewrite -[X in is_true X]negbK negb_exists_in.
  apply/negP => /forall_inP closed.
  pose next u := odflt u (follow F u).
  have step u : u \in T -> follow F u = Some (next u) /\ next u \in T.
    move=> in_u; have := closed u in_u; rewrite negbK inE /next /follow.
    by case: (F u) => [[s w]|].
  have walks u i : u \in T -> walk F u i = Some (iter i next u) /\ iter i next u \in T.
    by move=> in_u; elim: i => // i [to_i in_i]; have [eq_next in_next] := step _ in_i; rewrite walkS to_i.
  have /trajectP[i lt_i returns] := looping_order next v.
  have [_ in_w] := walks v i in_T; set w := iter i next v in in_w returns *.
  have period : iter (order next v - i) next w = w by rewrite /w -iterD subnK ?(ltnW lt_i).
  have gt0 : 0 < order next v - i by rewrite subn_gt0.
  have lt_d : (order next v - i).-1 < d.
    by rewrite prednK // (leq_trans (leq_subr _ _)) // -[d in _ <= d]card_ord max_card.
  have /forallP/(_ (Ordinal lt_d)) := forest w; have -> : (Ordinal lt_d).+1 = order next v - i by exact: prednK.
  by have [-> _] := walks w (order next v - i) in_w; rewrite period eqxx.
apply/forallP => v; apply/forallP => k; apply/eqP => returns.
pose T := [set u | [exists j : 'I_k.+1, walk F v j == Some u]].
have [|u] := acyclic T (subsetT _).
  by apply/set0Pn; exists v; rewrite inE; apply/existsP; exists ord0.
rewrite inE => /existsP[j /eqP to_u].
have exists_next : exists2 w, walk F v j.+1 = Some w & w \in T.
  case: (ltngtP j.+1 k.+1) => [lt_j | | eq_j]; last first.
  - by exists v; rewrite ?eq_j // inE; apply/existsP; exists ord0.
  - by rewrite ltnNge ltn_ord.
  case to_w: (walk F v j.+1) => [w|].
    by exists w; rewrite // inE; apply/existsP; exists (Ordinal lt_j); exact/eqP.
  move: returns; rewrite -(subnK (ltnW lt_j)) {1}/walk iterD -/(walk F v j.+1) to_w.
  by have -> : iter (k.+1 - j.+1) (obind (follow F)) None = None by elim: (_ - _) => // i IH; rewrite iterS IH.
case: exists_next => w; rewrite walkS to_u /= /follow => eq_w in_w.
by rewrite inE; case: (F u) eq_w => [[s u']|] //= [->]; rewrite in_w.
Qed.

(** ** The ways to hang the vertices of a set at a root *)

Definition hung S P : {set arcs} :=
  [set F in family (fun v => if v \in S then mem (P :|: leads_into S) else mem (pred1 None)) | acyclic_on S F].

Definition roots S P F : {set vertex} := [set v in S | F v \in P].

Definition glue K (ab : arcs * arcs) : arcs := [ffun v => if v \in K then ab.1 v else ab.2 v].

Lemma card_leads_into S : #|leads_into S| = 2 * #|S|.
Proof.
have -> : leads_into S = [set Some a | a in setX [set: bool] S].
  apply/setP => -[[s u]|]; rewrite !inE.
    by apply/idP/imsetP => [in_S | [[s' u'] /[!inE] in_S [_ ->]] //]; exists (s, u); rewrite ?inE.
  by apply/esym/negbTE/negP => /imsetP[].
by rewrite card_imset ?cardsX ?cardsT ?card_bool // => a b [].
Qed.

Lemma mem_hung S P F :
  reflect [/\ forall v, v \in S -> F v \in P :|: leads_into S, forall v, v \notin S -> F v = None & acyclic_on S F]
          (F \in hung S P).
Proof.
rewrite inE; apply: (iffP andP) => [[/familyP fam acyclic] | [inside outside acyclic]].
  split=> // v in_S; have := fam v; first by rewrite in_S.
  by rewrite (negbTE in_S) => /eqP.
split=> //; apply/familyP => v; case: ifP => [/inside //|/negbT/outside out]; exact/eqP.
Qed.

Lemma mem_pffun K P F :
  reflect ((forall v, v \in K -> F v \in P) /\ forall v, v \notin K -> F v = None) (F \in pffun_on None K P).
Proof.
apply: (iffP (pfamilyP (pT := predPredType _))) => [[/supportP outside inside] | [inside outside]]; split=> //.
exact/supportP.
Qed.

Lemma hung_by_roots S P K : [disjoint P & leads_into S] -> K \subset S ->
  #|[set F in hung S P | roots S P F == K]| = #|P| ^ #|K| * #|hung (S :\: K) (leads_into K)|.
Proof.
move=> disjoint_P sub_K.
have -> : #|P| ^ #|K| = #|[set F : arcs | F \in pffun_on None K P]| by rewrite cardsE card_pffun_on.
rewrite -cardsX -(@card_in_imset _ _ (glue K)).
  congr #|pred_of_set _|; apply/setP => F; apply/idP/imsetP.
    rewrite inE => /andP[/mem_hung[inside outside /acyclic_onP acyclic] /eqP def_K].
    have in_K v : (v \in K) = (v \in S) && (F v \in P) by rewrite -def_K inE.
    exists ([ffun v => if v \in K then F v else None], [ffun v => if v \in K then None else F v]); last first.
      by apply/ffunP => v; rewrite !ffunE /=; case: (v \in K).
    rewrite inE /=; apply/andP; split.
      rewrite inE; apply/mem_pffun; split=> v; rewrite ffunE; last by move/negbTE->.
      by move=> in_v; rewrite in_v; move: in_v; rewrite in_K => /andP[].
    apply/mem_hung; split=> [v|v|].
    - rewrite inE => /andP[out_K in_S]; rewrite ffunE (negbTE out_K); have := inside v in_S.
      rewrite inE; move: out_K; rewrite in_K in_S /= => /negbTE -> /=.
      by rewrite !inE; case: (F v) => [[s u]|] // in_u; rewrite !inE in_u andbT orbN.
    - rewrite inE negb_and negbK ffunE => /orP[-> // | out_S].
      by case: ifP => // _; exact: outside.
    apply/acyclic_onP => T sub_T ne_T.
    have [v in_T out] := acyclic T (subset_trans sub_T (subsetDl _ _)) ne_T; exists v => //.
    by have := subsetP sub_T v in_T; rewrite in_setD => /andP[/negbTE out_K _]; rewrite ffunE out_K.
  case=> -[a b]; rewrite in_setX /= inE => /andP[] /mem_pffun[on_a _].
  case/mem_hung=> inside outside /acyclic_onP acyclic ->.
  have value_K v : v \in K -> glue K (a, b) v \in P.
    by move=> in_K; rewrite ffunE in_K; exact: on_a.
  have value_D v : v \in S -> v \notin K -> glue K (a, b) v \in leads_into S.
    move=> in_S out_K; rewrite ffunE (negbTE out_K) /=; have := inside v; rewrite !inE in_S out_K => /(_ isT).
    by case: (b v) => [[s u]|] //=; rewrite in_setD => /orP[/(subsetP sub_K) | /andP[]].
  rewrite inE; apply/andP; split.
    apply/mem_hung; split=> [v in_S|v out_S|].
    - by apply/setUP; have [/value_K | /value_D] := boolP (v \in K); [left | right; auto].
    - rewrite ffunE ifN ?outside ?inE ?(negbTE out_S) ?andbF //.
      by apply: contra out_S; exact: subsetP.
    apply/acyclic_onP => T sub_T ne_T; have [sub_D | ] := boolP (T \subset S :\: K).
      have [v in_T out] := acyclic T sub_D ne_T; exists v => //.
      by have := subsetP sub_D v in_T; rewrite in_setD ffunE => /andP[/negbTE -> _].
    case/subsetPn=> v in_T; rewrite inE (subsetP sub_T v in_T) andbT negbK => in_K; exists v => //.
    have := value_K v in_K; apply: contraL => into_T; rewrite (disjointFl disjoint_P) //.
    by move: into_T; rewrite !inE; case: (glue _ _ _) => [[s u]|] //; exact: subsetP.
  apply/eqP/setP => v; rewrite inE; have [in_K | out_K] := boolP (v \in K).
    by rewrite (subsetP sub_K) //= value_K.
  by apply/negP => /andP[in_S]; rewrite (disjointFl disjoint_P) ?value_D.
move=> [a b] [a' b']; rewrite !in_setX /= inE => /andP[/mem_pffun[_ out_a] /mem_hung[_ out_b _]].
rewrite inE => /andP[/mem_pffun[_ out_a'] /mem_hung[_ out_b' _]] /ffunP same.
have out_D v : v \in K -> v \notin S :\: K by move=> in_K; rewrite inE in_K.
congr (_, _); apply/ffunP => v; have := same v; rewrite !ffunE; have [in_K | out_K] := boolP (v \in K) => //= _.
  by rewrite out_a ?out_a'.
by rewrite out_b ?out_b' ?out_D.
Qed.

(** The number, for each number of vertices and of ways to hang at the root. *)
Definition number (m x : nat) : nat := if m is m'.+1 then x * (x + 2 * m) ^ m' else 1.

Lemma numberS m x : number m.+1 x = x * (x + 2 * m.+1) ^ m. Proof. by []. Qed.

Lemma number_recursion m x : number m x = \sum_(k < m.+1) 'C(m, k) * (x ^ k * number (m - k) (2 * k)).
Proof.
case: m => [|m]; first by rewrite big_ord_recl big_ord0.
rewrite big_ord_recl [X in _ = X + _](_ : _ = 0) ?add0n; last first.
  by transitivity ('C(m.+1, 0) * (x ^ 0 * 0)) => //; rewrite !muln0.
rewrite numberS [x + _]addnC expnDn big_distrr; apply: eq_bigr => k _ /=.
rewrite /bump add1n subSS -?mulnA.
case def_n: (m - k) => [|n] /=.
  have -> : k = m :> nat by apply/eqP; rewrite eqn_leq -ltnS ltn_ord /= -subn_eq0 def_n.
  by rewrite !binn !mul1n muln1 expnS.
have -> : 2 * k.+1 + 2 * n.+1 = 2 * m.+1.
  by rewrite -mulnDr addSn -def_n subnKC // -ltnS.
transitivity (m.+1 * 'C(m, k) * (2 * (x * x ^ k) * (2 * m.+1) ^ n)); last first.
  rewrite mul_bin_diag -expnS -!mulnA mulnCA; congr (_ * _); rewrite [2 * (_ * _)]mulnCA mulnCA; congr (_ * _).
  exact: mulnCA.
rewrite expnS -!mulnA mulnCA [RHS]mulnCA; congr (_ * _); rewrite [2 * (m.+1 * _)]mulnCA mulnCA; congr (_ * _).
by rewrite mulnCA [_ ^ n * _]mulnC.
Qed.

Lemma sum_over_subsets (S : {set vertex}) (f : nat -> nat) :
  \sum_(K : {set vertex} | K \subset S) f #|K| = \sum_(k < #|S|.+1) 'C(#|S|, k) * f k.
Proof.
rewrite (partition_big (fun K => inord #|K| : 'I_#|S|.+1) xpredT) //; apply: eq_bigr => k _.
rewrite -cards_draws -sum1dep_card big_distrl /=; apply: eq_big => [K | K /andP[sub_K /eqP <-]].
  by have [sub_K | //] := boolP (K \subset S); rewrite -val_eqE /= inordK // ltnS subset_leq_card.
by rewrite mul1n inordK // ltnS subset_leq_card.
Qed.

(** Theorem: if each vertex of a set has a way of P to hang at a root, or an arc of either sign to a vertex of the set,
    there are x (x + 2 m)^(m-1) choices without a cycle, with x = |P|, if the set has m > 0 vertices; if none, one. *)
Theorem card_hung S P : [disjoint P & leads_into S] -> #|hung S P| = number #|S| #|P|.
Proof.
have [n] := ubnP #|S|; elim: n S P => // n IH S P lt_n disjoint_P.
have [-> | ne_S] := eqVneq S set0.
  transitivity #|[set ([ffun=> None] : arcs)]|; last by rewrite cards1 cards0.
  congr #|pred_of_set _|; apply/setP => F; rewrite in_set1.
  apply/mem_hung/eqP => [[_ none _] | ->]; first by apply/ffunP => v; rewrite ffunE none ?in_set0.
  split=> [v | v _ |]; rewrite ?inE ?ffunE //; apply/acyclic_onP => T; rewrite subset0 => /eqP -> /eqP//.
rewrite number_recursion -(sum_over_subsets S (fun k => #|P| ^ k * number (#|S| - k) (2 * k))).
rewrite -sum1_card (partition_big (roots S P) (fun K => K \subset S)) /=; last first.
  by move=> F _; apply/subsetP => v; rewrite inE => /andP[].
apply: eq_bigr => K sub_K; rewrite sum1dep_card hung_by_roots //; congr (_ * _).
have disjoint_K : [disjoint leads_into K & leads_into (S :\: K)].
  by apply/pred0P => -[[s u]|]; rewrite /= !inE ?andbA ?andbN.
have card_D : #|S :\: K| = #|S| - #|K| by rewrite cardsD (setIidPr sub_K).
have [K0 | [v in_K]] := set_0Vmem K; last first.
  rewrite IH ?card_leads_into ?card_D //; apply: (@leq_trans #|S|) => //.
  by rewrite ltn_subrL !card_gt0 ne_S andbT; apply/set0Pn; exists v.
have -> : number (#|S| - #|K|) (2 * #|K|) = 0.
  by rewrite K0 cards0 subn0 muln0; move: ne_S; rewrite -card_gt0; case: #|S|.
apply/eqP; rewrite cards_eq0; apply/eqP/setP => F; rewrite in_set0; apply/negP => /mem_hung[].
rewrite K0 setD0 => inside _ /acyclic_onP acyclic; have [v in_S] := acyclic S (subxx _) ne_S.
by move: (inside v in_S); rewrite in_setU => /orP[|->//]; rewrite !inE; case: (F v) => [[s u]|] //; rewrite in_set0.
Qed.

(** Theorem: there are 3 (2 d + 1)^(d-2) signed in-forests on d >= 2 vertices in which the vertex q has no outgoing
    arc. *)
Theorem card_in_forests q : 1 < d -> #|in_forests q| = 3 * (2 * d + 1) ^ (d - 2).
Proof.
move=> d_gt1; pose S := [set~ q]; pose P := None |: leads_into [set q].
have card_S : #|S| = d.-1 by rewrite cardsC1 card_ord.
have disjoint_P : [disjoint P & leads_into S].
  by apply/pred0P => -[[s u]|]; rewrite /= !inE ?andbN.
have -> : in_forests q = hung S P.
  apply/setP => F; rewrite inE in_forest_acyclic; apply/andP/mem_hung => [[/acyclic_onP acyclic /eqP none] | ].
    split=> [v | v | ]; first by rewrite !inE => _; case: (F v) => [[s u]|] //=; rewrite !inE orbN.
      by rewrite !inE negbK => /eqP ->.
    by apply/acyclic_onP => T sub_T; apply: acyclic; exact: subsetT.
  case=> inside outside /acyclic_onP acyclic; have none : F q = None by rewrite outside // !inE eqxx.
  split; last by rewrite none.
  apply/acyclic_onP => T _ ne_T; have [in_q | out_q] := boolP (q \in T); first by exists q; rewrite ?none ?inE.
  by apply: acyclic ne_T; apply/subsetP => v in_v; rewrite !inE; apply: contraNneq out_q => <-.
rewrite card_hung // card_S cardsU1 card_leads_into cards1 inE /=.
have number_d n : 1 < n -> number n.-1 3 = 3 * (2 * n + 1) ^ (n - 2).
  by case: n => [|[|n]] // _; rewrite numberS subn2 [2 * n.+2]mulnS [_ + 1]addnC addnA.
by rewrite -number_d.
Qed.

End Forests.
