using System.Text.Json;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Vectors.Wire;

/// <summary>
/// A segment's credentials as the vectors write them: one list <c>profiles</c>, and <c>field</c> for the list it belongs into.
/// </summary>
internal static class SegDataFromJson
{
    private const string Profiles = "profiles";
    private const string Field = "field";

    /// <summary>Fills a message; our own writer chooses the list for the profiles, and it has to be the one the vector names.</summary>
    /// <exception cref="VectorFormatException">Something does not fit, or the list is another one.</exception>
    public static SegData Build(SegData segData, JsonElement json, string path)
    {
        foreach (var property in json.EnumerateObject().Where(property => !property.NameEquals(Profiles) && !property.NameEquals(Field)))
        {
            MessageFromJson.SetField(segData, property, path);
        }

        var fields = new JsonFields(json, path);
        if (!fields.Has(Profiles))
        {
            return segData;
        }

        SegDataProfiles.Write(segData, [.. fields.Children(Profiles).Select(ProfileJsonFields.Read)]);
        if (fields.Has(Field) && !string.Equals(fields.Text(Field), ChosenField(segData), StringComparison.Ordinal))
        {
            throw new VectorFormatException($"{path}.{Field}: expected {fields.Text(Field)}, got {ChosenField(segData)}");
        }

        return segData;
    }

    /// <summary>Name of the list that holds the profiles.</summary>
    public static string ChosenField(SegData segData)
    {
        if (segData.FullProfiles3.Count > 0)
        {
            return "fullProfiles3";
        }

        return segData.FullProfiles2.Count > 0 ? "fullProfiles2" : "fullProfiles";
    }
}
