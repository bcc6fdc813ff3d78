namespace Lifecycle.Data;

/// <summary>What becomes of a column of each class under Safe Harbor, and which other choices a plan has.</summary>
internal static class SafeHarborRules
{
    /// <summary>The greatest age that is shown, 45 CFR 164.514(b)(2)(i)(C).</summary>
    public const int GreatestAge = 89;

    /// <summary>Mean characters above which many different texts are taken for free text.</summary>
    public const double FreeTextLength = 24;

    /// <summary>Share of different values above which long texts are taken for free text.</summary>
    public const double FreeTextDistinct = 0.5;

    private static readonly string[] ZipWords = ["zip", "zip5", "zip9", "zipcode", "postal", "postcode", "postalcode"];
    private static readonly string[] AgeWords = ["age", "ages"];

    /// <summary>Ages in years.</summary>
    public static ColumnOperator Ages(string column) => new TopCodeOperator(column, GreatestAge, "90+");

    /// <summary>What is done with a column, given its class and what the plan says of it itself.</summary>
    public static ColumnOperator Of(TableColumn column, SafeHarborClass identifier, ColumnOperator? said, bool hasVault)
    {
        if (said is DropOperator)
        {
            return said;
        }

        return identifier switch
        {
            SafeHarborClass.None => said switch
            {
                null => new KeepOperator(),
                TokenizeOperator => throw Refuse(column, identifier, said, "a column of none of the 18 classes needs no token; classify it as R when it is a code"),
                _ => said,
            },
            SafeHarborClass.Geography => said switch
            {
                null => column.Type is ColumnType.String or ColumnType.Int64 or ColumnType.Int32 && IsNamed(column.Name, ZipWords)
                    ? new Zip3Operator()
                    : new DropOperator(),
                Zip3Operator => said,
                _ => throw Refuse(column, identifier, said, "Zip3 or Drop"),
            },
            SafeHarborClass.Dates => Dates(column, said),
            SafeHarborClass.MedicalRecordNumbers or SafeHarborClass.AccountNumbers or SafeHarborClass.OtherUniqueCodes => said switch
            {
                null => hasVault ? new TokenizeOperator(column.Name, null) : new DropOperator(),
                TokenizeOperator => said,
                _ => throw Refuse(column, identifier, said, "Tokenize or Drop"),
            },
            _ => said is null ? new DropOperator() : throw Refuse(column, identifier, said, "Drop"),
        };
    }

    private static ColumnOperator Dates(TableColumn column, ColumnOperator? said)
    {
        bool isDate = column.Type is ColumnType.Date or ColumnType.DateTime;
        bool isNumber = column.Type is ColumnType.Int32 or ColumnType.Int64 or ColumnType.Single or ColumnType.Double;
        return said switch
        {
            null when isDate => new YearOnlyOperator(withoutOld: true),
            null when isNumber && IsNamed(column.Name, AgeWords) => Ages(column.Name),
            null when isNumber => throw new PrivacyPlanException(
                $"'{column.Name}' is of class C and holds numbers, which may be ages, months or days. "
                + $"Say Age(\"{column.Name}\") when they are ages in years, else Drop(\"{column.Name}\")."),
            null => new DropOperator(),
            YearOnlyOperator when isDate => new YearOnlyOperator(withoutOld: true),
            TopCodeOperator { Maximum: <= GreatestAge } when isNumber => said,
            _ => throw Refuse(column, SafeHarborClass.Dates, said, isNumber ? "Age, TopCode at 89 or below, or Drop" : "YearOnly or Drop"),
        };
    }

    // zip, ZIP_code, homeZip: words are divided by what is no letter or digit and by a capital behind a small letter
    private static bool IsNamed(string column, string[] words)
    {
        List<string> parts = [];
        int start = 0;
        for (int i = 0; i <= column.Length; i++)
        {
            bool ends = i == column.Length || !char.IsLetterOrDigit(column[i]);
            if (ends || (i > start && char.IsUpper(column[i]) && char.IsLower(column[i - 1])))
            {
                parts.Add(column[start..i]);
                start = ends ? i + 1 : i;
            }
        }

        return parts.Any(p => words.Contains(p, StringComparer.OrdinalIgnoreCase));
    }

    private static PrivacyPlanException Refuse(TableColumn column, SafeHarborClass identifier, ColumnOperator said, string instead) =>
        new($"'{column.Name}' is classified as {identifier}: {said.Name} is not enough under Safe Harbor. What may be said of it: {instead}.");
}
