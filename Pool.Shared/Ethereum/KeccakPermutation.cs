using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pool.Shared.Ethereum;

/// <summary>The Keccak-f[1600] permutation and the absorbing of whole blocks into its state of 25 lanes.</summary>
/// <remarks>
/// Unrolled by two rounds with every lane in a local, so that a round writes the other set of lanes and nothing is copied.
/// A lane's name is its row (b g k m s) and its column (a e i o u); set a is the state before an even round, set e before an odd one.
/// c holds the parity of the columns, summed up while the lanes are made; t what theta adds to a column; b one row between rho and chi.
/// What else was tried and how fast it was stands in docs/benchmarks.md.
/// </remarks>
internal static class KeccakPermutation
{
    /// <summary>Lanes of the state, 64 bits each.</summary>
    public const int Lanes = 25;

    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000, 0x000000000000808B, 0x0000000080000001,
        0x8000000080008081, 0x8000000000008009, 0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
        0x000000000000800A, 0x800000008000000A, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Xors one block into the first lanes and permutes.</summary>
    /// <param name="state">The 25 lanes.</param>
    /// <param name="block">Whole lanes, little-endian.</param>
    public static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var lane = 0; lane < block.Length / sizeof(ulong); lane++)
        {
            state[lane] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(lane * sizeof(ulong))..]);
        }

        Permute(state);
    }

    /// <summary>24 rounds of theta, rho, pi, chi and iota.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Permute(Span<ulong> state)
    {
        state = state[..Lanes];
        var constants = RoundConstants;
        ulong aba = state[0], abe = state[1], abi = state[2], abo = state[3], abu = state[4];
        ulong aga = state[5], age = state[6], agi = state[7], ago = state[8], agu = state[9];
        ulong aka = state[10], ake = state[11], aki = state[12], ako = state[13], aku = state[14];
        ulong ama = state[15], ame = state[16], ami = state[17], amo = state[18], amu = state[19];
        ulong asa = state[20], ase = state[21], asi = state[22], aso = state[23], asu = state[24];
        ulong eba, ebe, ebi, ebo, ebu;
        ulong ega, ege, egi, ego, egu;
        ulong eka, eke, eki, eko, eku;
        ulong ema, eme, emi, emo, emu;
        ulong esa, ese, esi, eso, esu;
        ulong ca = aba ^ aga ^ aka ^ ama ^ asa;
        ulong ce = abe ^ age ^ ake ^ ame ^ ase;
        ulong ci = abi ^ agi ^ aki ^ ami ^ asi;
        ulong co = abo ^ ago ^ ako ^ amo ^ aso;
        ulong cu = abu ^ agu ^ aku ^ amu ^ asu;
        ulong ba, be, bi, bo, bu, ta, te, ti, to, tu;
        for (var round = 0; round < constants.Length; round += 2)
        {
            // Even round: state a to state e.
            ta = cu ^ BitOperations.RotateLeft(ce, 1);
            te = ca ^ BitOperations.RotateLeft(ci, 1);
            ti = ce ^ BitOperations.RotateLeft(co, 1);
            to = ci ^ BitOperations.RotateLeft(cu, 1);
            tu = co ^ BitOperations.RotateLeft(ca, 1);

            // Row 0 of the next state, and its share of the next columns' parity.
            ba = aba ^ ta;
            be = BitOperations.RotateLeft(age ^ te, 44);
            bi = BitOperations.RotateLeft(aki ^ ti, 43);
            bo = BitOperations.RotateLeft(amo ^ to, 21);
            bu = BitOperations.RotateLeft(asu ^ tu, 14);
            eba = ba ^ (~be & bi) ^ constants[round];
            ca = eba;
            ebe = be ^ (~bi & bo);
            ce = ebe;
            ebi = bi ^ (~bo & bu);
            ci = ebi;
            ebo = bo ^ (~bu & ba);
            co = ebo;
            ebu = bu ^ (~ba & be);
            cu = ebu;

            // Row 1 of the next state, and its share of the next columns' parity.
            ba = BitOperations.RotateLeft(abo ^ to, 28);
            be = BitOperations.RotateLeft(agu ^ tu, 20);
            bi = BitOperations.RotateLeft(aka ^ ta, 3);
            bo = BitOperations.RotateLeft(ame ^ te, 45);
            bu = BitOperations.RotateLeft(asi ^ ti, 61);
            ega = ba ^ (~be & bi);
            ca ^= ega;
            ege = be ^ (~bi & bo);
            ce ^= ege;
            egi = bi ^ (~bo & bu);
            ci ^= egi;
            ego = bo ^ (~bu & ba);
            co ^= ego;
            egu = bu ^ (~ba & be);
            cu ^= egu;

            // Row 2 of the next state, and its share of the next columns' parity.
            ba = BitOperations.RotateLeft(abe ^ te, 1);
            be = BitOperations.RotateLeft(agi ^ ti, 6);
            bi = BitOperations.RotateLeft(ako ^ to, 25);
            bo = BitOperations.RotateLeft(amu ^ tu, 8);
            bu = BitOperations.RotateLeft(asa ^ ta, 18);
            eka = ba ^ (~be & bi);
            ca ^= eka;
            eke = be ^ (~bi & bo);
            ce ^= eke;
            eki = bi ^ (~bo & bu);
            ci ^= eki;
            eko = bo ^ (~bu & ba);
            co ^= eko;
            eku = bu ^ (~ba & be);
            cu ^= eku;

            // Row 3 of the next state, and its share of the next columns' parity.
            ba = BitOperations.RotateLeft(abu ^ tu, 27);
            be = BitOperations.RotateLeft(aga ^ ta, 36);
            bi = BitOperations.RotateLeft(ake ^ te, 10);
            bo = BitOperations.RotateLeft(ami ^ ti, 15);
            bu = BitOperations.RotateLeft(aso ^ to, 56);
            ema = ba ^ (~be & bi);
            ca ^= ema;
            eme = be ^ (~bi & bo);
            ce ^= eme;
            emi = bi ^ (~bo & bu);
            ci ^= emi;
            emo = bo ^ (~bu & ba);
            co ^= emo;
            emu = bu ^ (~ba & be);
            cu ^= emu;

            // Row 4 of the next state, and its share of the next columns' parity.
            ba = BitOperations.RotateLeft(abi ^ ti, 62);
            be = BitOperations.RotateLeft(ago ^ to, 55);
            bi = BitOperations.RotateLeft(aku ^ tu, 39);
            bo = BitOperations.RotateLeft(ama ^ ta, 41);
            bu = BitOperations.RotateLeft(ase ^ te, 2);
            esa = ba ^ (~be & bi);
            ca ^= esa;
            ese = be ^ (~bi & bo);
            ce ^= ese;
            esi = bi ^ (~bo & bu);
            ci ^= esi;
            eso = bo ^ (~bu & ba);
            co ^= eso;
            esu = bu ^ (~ba & be);
            cu ^= esu;

            // Odd round: state e back to state a.
            ta = cu ^ BitOperations.RotateLeft(ce, 1);
            te = ca ^ BitOperations.RotateLeft(ci, 1);
            ti = ce ^ BitOperations.RotateLeft(co, 1);
            to = ci ^ BitOperations.RotateLeft(cu, 1);
            tu = co ^ BitOperations.RotateLeft(ca, 1);

            // Row 0 of the next state, and its share of the next columns' parity.
            ba = eba ^ ta;
            be = BitOperations.RotateLeft(ege ^ te, 44);
            bi = BitOperations.RotateLeft(eki ^ ti, 43);
            bo = BitOperations.RotateLeft(emo ^ to, 21);
            bu = BitOperations.RotateLeft(esu ^ tu, 14);
            aba = ba ^ (~be & bi) ^ constants[round + 1];
            ca = aba;
            abe = be ^ (~bi & bo);
            ce = abe;
            abi = bi ^ (~bo & bu);
            ci = abi;
            abo = bo ^ (~bu & ba);
            co = abo;
            abu = bu ^ (~ba & be);
            cu = abu;

            // Row 1 of the next state, and its share of the next columns' parity.
            ba = BitOperations.RotateLeft(ebo ^ to, 28);
            be = BitOperations.RotateLeft(egu ^ tu, 20);
            bi = BitOperations.RotateLeft(eka ^ ta, 3);
            bo = BitOperations.RotateLeft(eme ^ te, 45);
            bu = BitOperations.RotateLeft(esi ^ ti, 61);
            aga = ba ^ (~be & bi);
            ca ^= aga;
            age = be ^ (~bi & bo);
            ce ^= age;
            agi = bi ^ (~bo & bu);
            ci ^= agi;
            ago = bo ^ (~bu & ba);
            co ^= ago;
            agu = bu ^ (~ba & be);
            cu ^= agu;

            // Row 2 of the next state, and its share of the next columns' parity.
            ba = BitOperations.RotateLeft(ebe ^ te, 1);
            be = BitOperations.RotateLeft(egi ^ ti, 6);
            bi = BitOperations.RotateLeft(eko ^ to, 25);
            bo = BitOperations.RotateLeft(emu ^ tu, 8);
            bu = BitOperations.RotateLeft(esa ^ ta, 18);
            aka = ba ^ (~be & bi);
            ca ^= aka;
            ake = be ^ (~bi & bo);
            ce ^= ake;
            aki = bi ^ (~bo & bu);
            ci ^= aki;
            ako = bo ^ (~bu & ba);
            co ^= ako;
            aku = bu ^ (~ba & be);
            cu ^= aku;

            // Row 3 of the next state, and its share of the next columns' parity.
            ba = BitOperations.RotateLeft(ebu ^ tu, 27);
            be = BitOperations.RotateLeft(ega ^ ta, 36);
            bi = BitOperations.RotateLeft(eke ^ te, 10);
            bo = BitOperations.RotateLeft(emi ^ ti, 15);
            bu = BitOperations.RotateLeft(eso ^ to, 56);
            ama = ba ^ (~be & bi);
            ca ^= ama;
            ame = be ^ (~bi & bo);
            ce ^= ame;
            ami = bi ^ (~bo & bu);
            ci ^= ami;
            amo = bo ^ (~bu & ba);
            co ^= amo;
            amu = bu ^ (~ba & be);
            cu ^= amu;

            // Row 4 of the next state, and its share of the next columns' parity.
            ba = BitOperations.RotateLeft(ebi ^ ti, 62);
            be = BitOperations.RotateLeft(ego ^ to, 55);
            bi = BitOperations.RotateLeft(eku ^ tu, 39);
            bo = BitOperations.RotateLeft(ema ^ ta, 41);
            bu = BitOperations.RotateLeft(ese ^ te, 2);
            asa = ba ^ (~be & bi);
            ca ^= asa;
            ase = be ^ (~bi & bo);
            ce ^= ase;
            asi = bi ^ (~bo & bu);
            ci ^= asi;
            aso = bo ^ (~bu & ba);
            co ^= aso;
            asu = bu ^ (~ba & be);
            cu ^= asu;
        }

        state[0] = aba; state[1] = abe; state[2] = abi; state[3] = abo; state[4] = abu;
        state[5] = aga; state[6] = age; state[7] = agi; state[8] = ago; state[9] = agu;
        state[10] = aka; state[11] = ake; state[12] = aki; state[13] = ako; state[14] = aku;
        state[15] = ama; state[16] = ame; state[17] = ami; state[18] = amo; state[19] = amu;
        state[20] = asa; state[21] = ase; state[22] = asi; state[23] = aso; state[24] = asu;
    }
}
