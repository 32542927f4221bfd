using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;

namespace Pool.Vectors.Sections;

/// <summary>The largest face value a sender can back.</summary>
internal sealed class MaxFloatCheck : ISectionCheck
{
    public string Section => "max_float";

    public void Check(VectorCase vector)
    {
        var fields = vector.Fields;
        var funds = new SenderFunds
        {
            Deposit = new Wei(fields.BigNumber("deposit")),
            FundsRemaining = new Wei(fields.BigNumber("fundsRemaining")),
            ClaimedInCurrentRound = new Wei(fields.BigNumber("claimedInCurrentRound")),
            Claimed = new Wei(fields.BigNumber("claimed")),
            PoolSize = fields.BigNumber("poolSize"),
            Pending = new Wei(fields.BigNumber("pending")),
        };
        vector.Expect("maxFloat", fields.Text("maxFloat"), funds.MaxFloat.ToString());
    }
}
