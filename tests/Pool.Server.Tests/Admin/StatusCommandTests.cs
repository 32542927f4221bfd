using Pool.Server.Admin;

namespace Pool.Server.Tests.Admin;

public sealed class StatusCommandTests
{
    [Theory]
    [InlineData("-00:00:01", "0 s")]
    [InlineData("00:00:13", "13 s")]
    [InlineData("00:04:02", "4 min 2 s")]
    [InlineData("03:12:59", "3 h 12 min")]
    [InlineData("5.23:59:59", "5 d 23 h")]
    public void A_length_of_time_is_said_as_people_say_it(string time, string expected) =>
        Assert.Equal(expected, StatusCommand.Lasting(TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture)));
}
