/**
 * The checks that a file of predictions goes through, by the names that their errors have in the origin's own client;
 * after a slash, the cases that one name covers.
 */
export const ruleIds = [
  // Of the call.
  'Invalid_Schema_Type',
  'Invalid_Input_Type_Conversion',
  'Invalid_Index',
  'Invalid_Input_Type_Embedding_Features',
  'Invalid_Input_Type_Prompt_Response',
  'Invalid_Input_Type_Prompt_Templates',
  'Invalid_Input_Type_LLM_Config',
  // Of the parameters.
  'Invalid_Column_Name_Empty_String',
  'Invalid_Model_ID',
  'Invalid_Model_Version',
  'Invalid_Model_Type',
  'Invalid_Environment',
  'Invalid_Batch_ID',
  'Duplicate_Columns_In_Dataframe',
  'Missing_Columns',
  'Reserved_Columns',
  'Missing_Prediction_Id_Column_For_Delayed_Records',
  'Invalid_Number_Of_Embeddings',
  'Invalid_SHAP_Suffix',
  'Invalid_ModelType_And_Metrics_Combination',
  'Missing_Columns_Required_By_Metrics_Validation',
  'Missing_Preproduction_Pred_and_Act_Numeric_and_Categorical',
  'Missing_Preproduction_Act',
  'Missing_Required_Columns_For_Ranking_Model',
  'Missing_CV_Prediction_or_Actual',
  'Multiple_CV_Prediction_or_Actual',
  'Invalid_CV_Prediction_or_Actual_Column_Names_for_Model_Type',
  'Invalid_Prediction_or_Actual_Column_Names_for_Model_Type',
  'Missing_Required_Prediction_or_Actual_Column_Names_for_Multi_Class_Model_Type',
  // Of the types.
  'Invalid_Type',
  'Invalid_Type_Columns',
  'Invalid_Type_Features',
  'Invalid_Type_Tags',
  'Invalid_Type_SHAP_Values',
  // Of the values.
  'Invalid_Missing_Value',
  'Invalid_Timestamp_Value',
  'Invalid_String_Length_In_Column',
  'Invalid_Value_Embedding_Vector_Dimensionality',
  'Invalid_Value_Embedding_Vector_Has_No_Values',
  'Invalid_Value_Embedding_Raw_Data_Too_Long',
  'Invalid_Tag_Length',
  'Invalid_Record',
  'Invalid_Rank_Value',
  'Invalid_Ranking_Relevance_Labels_Value',
  'Invalid_Num_classes_Multi_Class_Map',
  'Invalid_Multi_Class_Class_Name_Length',
  'Invalid_Multi_Class_Pred_Score_Value',
  'Invalid_Multi_Class_Act_Score_Value',
  'Invalid_Multi_Class_Threshold_Classes',
  'Invalid_Bounding_Boxes_Coordinates/none_boxes',
  'Invalid_Bounding_Boxes_Coordinates/none_or_empty_box',
  'Invalid_Bounding_Boxes_Coordinates/boxes_coordinates_wrong_format',
  'Invalid_Bounding_Boxes_Categories/none_category_list',
  'Invalid_Bounding_Boxes_Categories/none_category',
  'Invalid_Bounding_Boxes_Scores/none_score_list',
  'Invalid_Bounding_Boxes_Scores/scores_out_of_bounds',
  'Invalid_Polygon_Coordinates/none_polygons',
  'Invalid_Polygon_Coordinates/none_or_empty_polygon',
  'Invalid_Polygon_Coordinates/polygon_coordinates_wrong_format',
  'Invalid_Polygon_Coordinates/polygon_coordinates_repeated_vertices',
  'Invalid_Polygon_Coordinates/polygon_coordinates_self_intersecting_vertices',
  'Invalid_Polygon_Categories',
  'Invalid_Polygon_Scores',
] as const

export type RuleId = (typeof ruleIds)[number]

/** Rules that cannot be broken here, and why. */
export const exempt: Readonly<Partial<Record<RuleId, string>>> = {
  Invalid_Index: 'of a data frame of pandas: files have no index',
  Invalid_Input_Type_Prompt_Response: 'prompts and responses are parameters of a call: a file has features and embeddings for them',
}

/** Rules of the product that have no error in the client: what a file may look like, and what becomes of it. */
export type OwnRule =
  | `prefixes/${string}`
  | `inference/${string}`
  | `types/${string}`
  | `timestamps/${string}`
  | `limits/${string}`
  | `environments/${string}`
  | `sides/${string}`
  | `names/${string}`
